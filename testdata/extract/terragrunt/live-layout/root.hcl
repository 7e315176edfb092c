# Included by all units; itself no use. Its catalogue is one marker, of three addresses.
locals {
  account_vars = read_terragrunt_config(find_in_parent_folders("account.hcl"))
  region_vars  = read_terragrunt_config(find_in_parent_folders("region.hcl"))
  env_vars     = read_terragrunt_config(find_in_parent_folders("env.hcl", "none.hcl"), { locals = { env = "none" } })
  account      = local.account_vars.locals.name
}

remote_state {
  backend = "s3"
  config = {
    key = "${path_relative_to_include()}/terraform.tfstate"
  }
}

catalog {
  urls = [
    "https://github.com/acme/modules",
    "git::https://user:s3cret@git.example.org/acme/more.git",
    "${get_repo_root()}/modules",
  ]
}

inputs = merge(local.account_vars.locals, local.region_vars.locals)
