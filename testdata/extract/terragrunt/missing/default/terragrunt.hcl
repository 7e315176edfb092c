# What isn't there has a default: v0.1.0.
locals {
  common = read_terragrunt_config("common.hcl", { locals = { ref = "v0.1.0" } })
}

terraform {
  source = "git::https://github.com/acme/modules.git//web?ref=${local.common.locals.ref}"
}
