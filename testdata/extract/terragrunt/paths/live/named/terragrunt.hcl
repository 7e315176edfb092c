# Local modules/named and modules/live: parts of the way from the root.
terraform {
  source = "${get_repo_root()}/modules/${get_env("REGION", "") == "" ? basename(get_terragrunt_dir()) : split("/", get_path_from_repo_root())[0]}"
}
