# What the broken parent says around the damage counts: v1.0.0.
include "root" {
  path = find_in_parent_folders("root.hcl")
}
