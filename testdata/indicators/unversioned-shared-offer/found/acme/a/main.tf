module "db" {
  source  = "git::https://github.com/acme/tf-modules.git//modules/a"
  name    = "orders"
}
