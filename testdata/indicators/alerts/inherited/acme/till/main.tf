module "alerts" {
  source = "git::https://github.com/acme/terraform-alerts.git?ref=v1.0.0"
}
