# The path of an include can't take local values, which come later: a gap.
locals {
  parent = "../fallback.hcl"
}

include "root" {
  path = local.parent
}
