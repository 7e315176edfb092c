module "db" {
  source = "git::https://github.com/acme/tf-modules.git//modules/rds?ref=v1.0.0"
  name   = "orders"
}
resource "aws_s3_bucket" "orders" {
  bucket = "orders"
}
module "network" {
  source = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
  name   = "orders"
}
