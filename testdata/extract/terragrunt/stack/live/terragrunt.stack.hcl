locals {
  catalog = "git::git@github.com:acme/catalog.git"
  version = "v0.3.0"
}

# Literal: the repository's units/vpc at v0.2.0.
unit "vpc" {
  source = "git::git@github.com:acme/catalog.git//units/vpc?ref=v0.2.0"
  path   = "vpc"
  values = {
    cidr = "10.0.0.0/16"
  }
}

# units/db at v0.3.0, via lines 2 and 3.
unit "db" {
  source = "${local.catalog}//units/db?ref=${local.version}"
  path   = "db"
}

# Local units/queue.
unit "queue" {
  source = "${get_repo_root()}/units/queue"
  path   = "queue"
}

# A stack of the same repository: local stacks/web.
stack "web" {
  source = "../stacks/web"
  path   = "web"
}

# Given by whoever makes a stack of this: unresolved.
unit "given" {
  source = "github.com/acme/catalog//units/given?ref=${values.version}"
  path   = "given"
}
