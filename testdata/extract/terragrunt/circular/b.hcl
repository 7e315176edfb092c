locals {
  a = read_terragrunt_config("a.hcl")
  y = local.a.locals.x
}
