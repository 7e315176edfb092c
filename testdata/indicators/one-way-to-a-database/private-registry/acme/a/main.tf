module "db" {
  source  = "app.terraform.io/acme/rds/aws"
  version = "1.2.0"
  name    = "orders"
}
