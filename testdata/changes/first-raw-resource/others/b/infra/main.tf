module "db" {
  source = "git::https://github.com/acme/terraform-rds.git?ref=v1.2.0"
}
