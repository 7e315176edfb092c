# Includes itself: a gap, and no use.
include "itself" {
  path = "terragrunt.hcl"
}
