# Of two includes the last counts: live/deep/own. The first says live/modules/app.
include "app" {
  path           = "../../common/app.hcl"
  merge_strategy = "deep"
}

include "other" {
  path           = "../../common/other.hcl"
  merge_strategy = "deep"
}
