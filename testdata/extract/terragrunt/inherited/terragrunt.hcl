# A parent, and no unit: what it says is said for those who inherit it.
terraform {
  source = "${get_parent_terragrunt_dir()}/modules//${path_relative_to_include()}"
}
