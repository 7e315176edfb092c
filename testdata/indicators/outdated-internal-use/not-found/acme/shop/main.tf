module "minor" {
  source = "git::https://github.com/acme/tf-vpc.git?ref=v2.0.0"
}
module "newest" {
  source = "git::https://github.com/acme/tf-vpc.git?ref=v2.4.0"
}
module "moving" {
  source = "git::https://github.com/acme/tf-vpc.git?ref=v2"
}
module "branch" {
  source = "git::https://github.com/acme/tf-vpc.git?ref=main"
}
module "default" {
  source = "git::https://github.com/acme/tf-vpc.git"
}
module "no_tag" {
  source = "git::https://github.com/acme/tf-vpc.git?ref=v1.1.0"
}
module "tags_unknown" {
  source = "git::https://github.com/acme/tf-shallow.git?ref=v0.1.0"
}
module "elsewhere" {
  source = "git::https://github.com/example/tf-vpc.git?ref=v0.1.0"
}
