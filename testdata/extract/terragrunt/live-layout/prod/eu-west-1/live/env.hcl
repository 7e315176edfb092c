locals {
  env        = "live"
  module_ref = "v1.4.0"
}
