# An output of another unit: unresolved.
dependency "registry" {
  config_path = "../env"
}

terraform {
  source = "tfr:///acme/app/aws?version=${dependency.registry.outputs.version}"
}
