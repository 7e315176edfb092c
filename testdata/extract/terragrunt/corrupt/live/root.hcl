# Broken: a gap of this file, once, though two units include it.
locals {
  version = "v1.0.0"
  list = [
}

terraform {
  source = "git::https://github.com/acme/modules.git//web?ref=${local.version}"
}
