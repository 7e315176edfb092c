# Local modules/queue, from here up.
terraform {
  source = "${get_path_to_repo_root()}//modules/queue"
}
