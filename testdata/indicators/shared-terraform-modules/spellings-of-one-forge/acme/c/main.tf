module "db" {
  source  = "git::ssh://git@github.com/ACME/TF-Modules.git//modules/rds?ref=v1.0.0"
  name    = "orders"
}
