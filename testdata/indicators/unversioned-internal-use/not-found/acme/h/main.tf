module "db" {
  source  = "git::https://github.com/acme/elsewhere.git?ref=spring"
  name    = "orders"
}
