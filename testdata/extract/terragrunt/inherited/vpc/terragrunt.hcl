# Local modules/vpc; told at line 3, via terragrunt.hcl:3.
include {
  path = find_in_parent_folders()
}
