policy "require-tags" {
  source            = "./require-tags.sentinel"
  enforcement_level = "hard-mandatory"
}

policy "small-instances" {
  source            = "./small-instances.sentinel"
  enforcement_level = "advisory"
}
