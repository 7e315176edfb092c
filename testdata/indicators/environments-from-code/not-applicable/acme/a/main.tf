resource "aws_s3_bucket" "prod" {
  bucket = "acme-prod"
}
