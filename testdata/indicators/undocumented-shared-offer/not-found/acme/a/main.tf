module "db" {
  source  = "./modules/x"
  name    = "orders"
}
