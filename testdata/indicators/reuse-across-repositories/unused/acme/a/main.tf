module "queue" {
  source = "./vendor/tf-modules/modules/queue"
  name   = "orders"
}
