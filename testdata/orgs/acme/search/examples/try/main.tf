module "network" {
  source = "git::https://github.com/acme/tf-modules.git//modules/vpc?ref=v1.0.0"
  cidr   = "10.9.0.0/16"
}
