# The source is literal: no via.
include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "git::git@github.com:acme/modules.git//vpc?ref=v1.0.0"
}
