module "vpc" {
  source = "git::https://github.com/acme/terraform-vpc.git?ref=v1.0.0"
}
