module "vpc" {
  source = "git::https://github.com/acme/terraform-vpc.git?ref=v2.1.0"
}
