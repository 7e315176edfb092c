# No version: the newest.
terraform {
  source = "tfr:///acme/vpc/aws"
}
