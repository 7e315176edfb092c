module "pg" {
  source = "./modules/pg"
  name   = "shop"
}
