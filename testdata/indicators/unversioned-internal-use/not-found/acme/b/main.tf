module "db" {
  source  = "git::https://github.com/elsewhere/modules.git"
  name    = "orders"
}
