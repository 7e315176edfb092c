# v3.0.0, which is the default of a variable of the environment; via says so.
terraform {
  source = "git::https://github.com/acme/modules.git//app?ref=${get_env("APP_VERSION", "v3.0.0")}"
}
