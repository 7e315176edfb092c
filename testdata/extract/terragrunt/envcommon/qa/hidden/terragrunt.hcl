# Not exposed: Terragrunt has no value there. Unresolved.
include "envcommon" {
  path = "../../_envcommon/web.hcl"
}

terraform {
  source = "${include.envcommon.locals.base_source_url}?ref=v1"
}
