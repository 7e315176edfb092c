# Included by units: no use of its own.
locals {
  env_vars        = read_terragrunt_config(find_in_parent_folders("env.hcl"))
  base_source_url = "git::https://github.com/acme/modules.git//mysql"
}

inputs = {
  tag = "v0.7.0"
}
