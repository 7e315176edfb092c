# Not merged: the unit has no source, and uses nothing.
include "app" {
  path           = "../../common/app.hcl"
  merge_strategy = "no_merge"
}
