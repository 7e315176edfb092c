# Without a default it isn't known: unresolved, and the version too.
terraform {
  source = "git::https://github.com/acme/modules.git//app?ref=${get_env("APP_VERSION")}"
}
