# The version is a local value: exactly 2.0.1; via line 4.
locals {
  module = "tfr:///acme/queue/aws"
  version = "2.0.1"
}

terraform {
  source = "${local.module}?version=${local.version}"
}
