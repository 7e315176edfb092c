policy "tags" {
  source            = "./tags.sentinel"
  enforcement_level = "soft-mandatory"
}
