# Two addresses that Terraform refuses, each with a gap.
module "no_dot_slash" {
  source = "modules/vpc"
}

module "version_on_git" {
  source  = "github.com/acme/tf-rds"
  version = "1.0.0"
}

# No call at all.
module "without_source" {
  count = 0
}
