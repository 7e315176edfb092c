module "work" {
  source = "git::https://github.com/acme/tf-modules.git//modules/work?ref=v1.0.0"
  name   = "orders"
}
