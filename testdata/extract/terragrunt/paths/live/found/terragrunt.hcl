# Local modules/queue: folders are found as files are.
terraform {
  source = "${find_in_parent_folders("modules")}//queue"
}
