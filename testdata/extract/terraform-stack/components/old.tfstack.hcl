component "dns" {
  source = "git::https://git.example.org/platform/terraform-dns.git?ref=v1"
}
