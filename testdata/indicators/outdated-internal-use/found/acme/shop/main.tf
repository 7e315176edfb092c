module "vpc" {
  source = "git::https://github.com/acme/tf-vpc.git?ref=v1.1.0"
}
module "part" {
  source = "git::https://github.com/acme/tf-modules.git//vpc?ref=vpc/v1.0.0"
}
module "db" {
  source  = "acme/db/aws"
  version = "~> 1.0"
}
module "major" {
  source = "git::https://github.com/acme/tf-vpc.git?ref=v1"
}
