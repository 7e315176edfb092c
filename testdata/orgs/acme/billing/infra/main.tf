provider "aws" {
  region = "eu-central-1"
}

module "database" {
  source = "git::https://github.com/acme/tf-modules.git//modules/rds"
  name   = "billing"
}

module "network" {
  source = "git::https://github.com/acme/tf-modules.git//modules/vpc?ref=master"
  cidr   = "10.1.0.0/16"
}

module "queue" {
  source = "github.com/acme/search//modules/queue"
  name   = "invoices"
}

# module "bucket" {
#   source = "git::https://github.com/acme/tf-modules.git//modules/s3-bucket"
# }
