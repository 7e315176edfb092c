module "db" {
  source = "./modules/rds"
  name   = "orders"
}
