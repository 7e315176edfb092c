# v1.4.0, from env.hcl:3 by way of line 8.
include "root" {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}

locals {
  env = read_terragrunt_config(find_in_parent_folders("env.hcl"))
}

terraform {
  source = "git::git@github.com:acme/modules.git//app?ref=${local.env.locals.module_ref}"
}
