module "a" {
  source = "github.com/acme/terraform-aws-tenant?ref=v1.0.0"
}

module "b" {
  source = "git::https://github.com/acme/terraform-aws-tenant.git?ref=v1.0.0"
}

module "c" {
  source = "git@github.com:acme/terraform-aws-tenant?ref=v1.0.0"
}

module "d" {
  source  = "acme/tenant/aws"
  version = "1.0.0"
}
