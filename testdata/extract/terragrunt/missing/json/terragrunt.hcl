# The parent is written in JSON, which isn't read: a gap here, and one for the file.
include "root" {
  path = find_in_parent_folders()
}
