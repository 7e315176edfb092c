resource "tfe_sentinel_policy" "tags" {
  name         = "tags"
  policy       = file("tags.sentinel")
  enforce_mode = "soft-mandatory"
}
