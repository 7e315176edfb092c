# Of several includes one is named: the folder of common/other.hcl, so common/modules; and the way there from here.
include "app" {
  path = "../../common/app.hcl"
}

include "other" {
  path = "../../common/other.hcl"
}

terraform {
  source = "${get_parent_terragrunt_dir("other")}/modules//${basename(path_relative_from_include("app"))}"
}
