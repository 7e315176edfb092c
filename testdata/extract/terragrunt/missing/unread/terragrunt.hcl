# The file it includes is no UTF-8 text: a gap, for it gives the source.
include "latin" {
  path = find_in_parent_folders("latin.hcl")
}
