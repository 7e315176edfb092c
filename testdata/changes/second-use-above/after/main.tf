module "a" {
  source = "git::https://github.com/acme/terraform-vpc.git?ref=main"
}

module "b" {
  source = "git::https://github.com/acme/terraform-vpc.git?ref=main"
}
