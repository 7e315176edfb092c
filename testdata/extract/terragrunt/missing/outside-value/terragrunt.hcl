# A value from outside: unresolved.
locals {
  common = read_terragrunt_config("${get_repo_root()}/../common.hcl")
}

terraform {
  source = local.common.locals.source
}
