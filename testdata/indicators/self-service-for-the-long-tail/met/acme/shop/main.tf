module "rds" {
  source = "git::https://github.com/acme/tf-modules.git//modules/rds?ref=v1.0.0"
  name   = "orders"
}
module "s3" {
  source = "git::https://github.com/acme/tf-modules.git//modules/s3?ref=v1.0.0"
  name   = "orders"
}
module "sqs" {
  source = "git::https://github.com/acme/tf-modules.git//modules/sqs?ref=v1.0.0"
  name   = "orders"
}
module "dns" {
  source = "git::https://github.com/acme/tf-modules.git//modules/dns?ref=v1.0.0"
  name   = "orders"
}
resource "aws_elasticache_cluster" "cart" {
  cluster_id = "cart"
}
