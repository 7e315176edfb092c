# The fallback counts: web at v1.0.0, from fallback.hcl:2.
include "root" {
  path = find_in_parent_folders("root.hcl", "${get_terragrunt_dir()}/../fallback.hcl")
}
