resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
# module "db" {
#   source  = "git::https://github.com/acme/tf-modules.git//modules/rds?ref=v1.0.0"
#   name    = "orders"
# }

/*
module "db" {
  source  = "git::https://github.com/acme/tf-modules.git//modules/rds?ref=v1.0.0"
  name    = "orders"
}
*/
// module "x" { source = "git::https://github.com/acme/tf-modules.git//modules/rds?ref=v1.0.0" }
