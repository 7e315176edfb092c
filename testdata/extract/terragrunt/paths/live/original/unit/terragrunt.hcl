# Local modules/unit-original: the unit's folder, and that of the file that is read.
locals {
  common = read_terragrunt_config("../common.hcl").locals
}

terraform {
  source = "${get_repo_root()}/modules/${local.common.here}-${local.common.beside}"
}
