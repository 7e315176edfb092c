# Its own source counts: v2.0.0, and a gap for what it includes.
include "one" {
  path = "../one/terragrunt.hcl"
}

terraform {
  source = "git::https://github.com/acme/modules.git//app?ref=v2.0.0"
}
