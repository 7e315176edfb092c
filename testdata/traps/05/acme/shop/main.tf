module "key" {
  source = "git::https://github.com/acme/tf-modules.git?ref=before-sharing//modules//tls//private_key"
}

module "right" {
  source = "git::https://github.com/acme/tf-modules.git//modules/tls?ref=v1.0.0"
}
