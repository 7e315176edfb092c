module "db" {
  source = "git::https://github.com/acme/terraform-db.git?ref=v1.0.0"
  alarm  = local.alarm[var.env]
}
