module "db" {
  source = "git::https://github.com/acme/terraform-mail.git?ref=v1.0.0"
  email  = "team@example.org"
  vault  = module.vault.id
}
