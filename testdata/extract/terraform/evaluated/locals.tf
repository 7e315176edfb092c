locals {
  host = "git.example.org"
  base = "git::https://${local.host}/platform"
  versions = {
    vpc = "v1.4.0"
  }
  a = local.b
  b = local.a
}
