# Local modules/queue, from the unit's folder.
terraform {
  source = "${get_terragrunt_dir()}/../../modules/queue"
}
