# A version of a repository: invalid.
terraform {
  source  = "git::https://github.com/acme/vpc.git"
  version = "1.0.0"
}
