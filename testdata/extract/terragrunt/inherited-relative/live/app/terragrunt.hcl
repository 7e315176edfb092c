# A relative path that is inherited is relative to the unit: live/modules/app, wherever it is written.
include "app" {
  path = "../../common/app.hcl"
}
