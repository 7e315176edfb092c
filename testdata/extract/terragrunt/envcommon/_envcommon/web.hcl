locals {
  base_source_url = "git::https://github.com/acme/modules.git//web"
}

terraform {
  source = "${local.base_source_url}?ref=v0.8.0"
}
