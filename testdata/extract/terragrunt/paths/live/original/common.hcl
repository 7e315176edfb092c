locals {
  here   = basename(get_original_terragrunt_dir())
  beside = basename(get_terragrunt_dir())
}
