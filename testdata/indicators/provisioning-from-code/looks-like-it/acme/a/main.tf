# ssh admin@shop-1.example.org
resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs"
}
