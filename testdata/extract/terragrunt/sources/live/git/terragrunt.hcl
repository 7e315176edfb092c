# A repository, folder network/vpc, v0.0.1: nothing else has a say in it.
terraform {
  source = "git::git@github.com:acme/infrastructure-modules.git//network/vpc?ref=v0.0.1"

  # Neither hooks nor arguments are uses.
  before_hook "say" {
    commands = ["apply"]
    execute  = ["echo", "going"]
  }
}

# Dependencies are other units: no uses.
dependency "vpc" {
  config_path = "../path"
}

dependencies {
  paths = ["../path"]
}
