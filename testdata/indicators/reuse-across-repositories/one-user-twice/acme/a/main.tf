module "orders" {
  source = "git::https://github.com/acme/tf-modules.git//modules/queue?ref=v1.0.0"
  name   = "orders"
}

module "carts" {
  source = "git::https://github.com/acme/tf-modules.git//modules/queue?ref=v1.1.0"
  name   = "carts"
}
