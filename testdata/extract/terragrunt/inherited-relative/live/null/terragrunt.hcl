# A source of null is none: the inherited one counts, live/modules/app.
include "app" {
  path = "../../common/app.hcl"
}

terraform {
  source = null
}
