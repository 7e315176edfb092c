# Folder db-prod-eu-west-1-live: from the values of the exposed root, evaluated for this unit; region.hcl for itself.
include "root" {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}

terraform {
  source = "github.com/acme/modules//db-${include.root.locals.account}-${include.root.locals.region_vars.locals.region}-${include.root.locals.env_vars.locals.env}?ref=v2"
}
