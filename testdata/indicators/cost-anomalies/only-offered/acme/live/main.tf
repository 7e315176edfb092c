module "watch" {
  source = "git::https://github.com/acme/terraform-watch.git?ref=v1.0.0"
  name   = "live"
}
