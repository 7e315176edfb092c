# Its own source counts: local modules/web.
include "root" {
  path = find_in_parent_folders("terragrunt.hcl")
}

terraform {
  source = "../../modules/web"
}
