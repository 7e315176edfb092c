# The unit runs the files beside it: they are a root, and have values given.
include "root" {
  path = find_in_parent_folders("root.hcl")
}

inputs = {
  name = "app"
}
