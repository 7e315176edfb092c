# Out of the repository: a gap.
include "root" {
  path = "../../../elsewhere/root.hcl"
}
