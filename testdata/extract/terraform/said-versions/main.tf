# The comment says which version the commit is.
module "vpc" {
  source = "git::https://git.example.org/platform/terraform-vpc.git?ref=0123456789abcdef0123456789abcdef01234567" # v1.4.0
}

# Not a commit: nothing is said of it.
module "rds" {
  source = "git::https://git.example.org/platform/terraform-rds.git?ref=v2.0.0" # v1.0.0
}

# A comment that names no version.
module "dns" {
  source = "git::https://git.example.org/platform/terraform-dns.git?ref=0123456789abcdef0123456789abcdef01234567" # pinned
}
