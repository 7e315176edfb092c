# Inherits v1.0.0: a call of its own.
include "eu" {
  path = "${get_repo_root()}/eu/app/terragrunt.hcl"
}
