# Inherited: web at v0.8.0, told at line 7; via _envcommon/web.hcl:6 and its local value in line 2.
include "root" {
  path = find_in_parent_folders("root.hcl")
}

include "envcommon" {
  path = "${dirname(find_in_parent_folders("root.hcl"))}/_envcommon/web.hcl"
}
