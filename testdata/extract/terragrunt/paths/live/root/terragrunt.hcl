# Local modules/queue, from the root down.
terraform {
  source = "${get_repo_root()}/modules//queue"
}
