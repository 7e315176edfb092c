module "old" {
  source = "git::https://github.com/acme/tf-vpc.git?ref=v1.0.0"
}
