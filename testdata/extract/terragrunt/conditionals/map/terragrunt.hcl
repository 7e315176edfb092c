# v2.0.0: a map of versions; via lines 3 and 7.
locals {
  versions = {
    app = "v2.0.0"
    web = "v1.0.0"
  }
  name = "app"
}

terraform {
  source = "git::https://github.com/acme/modules.git//${local.name}?ref=${local.versions[local.name]}"
}
