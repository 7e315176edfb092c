module "db" {
  source  = "git::https://github.com/acme/elsewhere.git?ref=v1.0.0"
  name    = "orders"
}
