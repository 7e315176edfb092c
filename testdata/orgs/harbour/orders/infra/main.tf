terraform {
  backend "s3" {
    bucket = "harbour-state"
    key    = "orders"
    region = "eu-west-1"
  }
}

module "database" {
  source = "git::https://github.com/harbour/tf-modules.git//modules/database?ref=v2.0.0"
  name   = "orders"
}
