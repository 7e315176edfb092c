module "vpc" {
  source = "git::https://github.com/acme/terraform-vpc.git?ref=spring-clean"
}
