# a.hcl takes it from b.hcl, which takes it from a.hcl: unresolved.
locals {
  a = read_terragrunt_config(find_in_parent_folders("a.hcl"))
}

terraform {
  source = "git::https://github.com/acme/modules.git//app?ref=${local.a.locals.x}"
}
