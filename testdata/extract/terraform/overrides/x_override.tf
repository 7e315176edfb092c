module "rds" {
  version = "3.0.0"
}

# There is no such call: Terraform refuses it.
module "gone" {
  source = "acme/gone/aws"
}
