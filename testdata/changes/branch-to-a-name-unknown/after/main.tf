module "dns" {
  source = "git::https://github.com/acme/terraform-dns.git?ref=spring-clean"
}
