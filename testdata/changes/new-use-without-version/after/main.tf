module "tags" {
  source = "git::https://github.com/elsewhere/terraform-tags.git"
}

module "names" {
  source = "elsewhere/names/aws"
}
