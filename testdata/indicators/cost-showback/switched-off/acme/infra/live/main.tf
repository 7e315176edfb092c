terraform {
  backend "s3" {}
}

module "base" {
  source = "../modules/base"
  name   = "live"
}
