# The module is known; the version is no constraint, which is a gap.
module "latest" {
  source  = "acme/vpc/aws"
  version = "latest"
}

# The version is fine, the kind of source has none: refused, once.
module "local" {
  source  = "./modules/x"
  version = "1.0.0"
}
