# app.terraform.io, acme/vpc/aws, a range.
terraform {
  source  = "tfr://app.terraform.io/acme/vpc/aws"
  version = "~> 3.3"
}
