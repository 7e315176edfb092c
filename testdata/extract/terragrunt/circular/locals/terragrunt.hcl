# One of two that need each other: unresolved.
locals {
  a = local.b
  b = "${local.a}/x"
}

terraform {
  source = local.a
}
