# It has a source of its own, so that what isn't there has no say: v1.1.0, no gap.
include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "git::https://github.com/acme/modules.git//web?ref=v1.1.0"
}
