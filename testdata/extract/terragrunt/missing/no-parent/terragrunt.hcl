# No root.hcl anywhere above: a gap, for it may have given the source.
include "root" {
  path = find_in_parent_folders("root.hcl")
}
