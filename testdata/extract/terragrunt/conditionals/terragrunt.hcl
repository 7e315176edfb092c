# Both outcomes: the folder modules/app, and the repository at v1.2.0. Via lines 4 and 5.
locals {
  is_local = get_env("LOCAL_MODULES", "false") == "true"
  remote   = "git::https://github.com/acme/modules.git//app?ref=${local.ref}"
  ref      = "v1.2.0"
}

terraform {
  source = local.is_local ? "./modules//app" : local.remote
}
