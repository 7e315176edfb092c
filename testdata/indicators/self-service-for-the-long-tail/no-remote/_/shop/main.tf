module "db" {
  source = "git::https://github.com/acme/tf-modules.git//modules/rds?ref=v1.0.0"
  name   = "orders"
}
