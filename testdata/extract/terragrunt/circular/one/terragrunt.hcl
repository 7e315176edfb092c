# Both include each other, which is one level too many: a gap. The source of the other is taken all the same: v2.0.0.
include "two" {
  path = "../two/terragrunt.hcl"
}
