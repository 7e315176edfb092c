# What a program prints is known when it runs: unresolved.
terraform {
  source = "${get_repo_root()}/modules/${run_cmd("--terragrunt-quiet", "./which.sh")}"
}
