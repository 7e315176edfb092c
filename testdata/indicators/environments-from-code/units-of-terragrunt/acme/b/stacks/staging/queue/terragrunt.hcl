terraform {
  source = "git::https://github.com/acme/tf-modules.git//modules/queue?ref=v1.0.0"
}

inputs = {
  name = "orders"
}
