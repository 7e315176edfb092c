module "db" {
  source  = "acme/rds/aws"
  version = "1.0.0"
  name    = "orders"
}
