# An empty source is none: no use, no gap.
terraform {
  source = ""
}
