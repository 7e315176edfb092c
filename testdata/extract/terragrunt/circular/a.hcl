locals {
  b = read_terragrunt_config("b.hcl")
  x = local.b.locals.y
}
