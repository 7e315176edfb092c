module "db" {
  source  = "git::https://github.com/acme/terraform-aws-rds.git?ref=v1.0.0"
  name    = "orders"
}
