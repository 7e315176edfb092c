terraform {
  backend "s3" {}
}

module "database" {
  source = "git::https://github.com/acme/tf-modules.git//modules/rds?ref=v2.0.0"
  name   = "shop"
}

module "network" {
  source = "git@github.com:acme/tf-modules.git//modules/vpc?ref=v1.1.0"
  cidr   = "10.0.0.0/16"
}
