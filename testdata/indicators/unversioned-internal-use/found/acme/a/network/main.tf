module "db" {
  source  = "git::https://github.com/acme/tf-modules.git//modules/rds?ref=network"
  name    = "orders"
}
