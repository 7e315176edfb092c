# Both ways at once: invalid.
terraform {
  source  = "tfr:///acme/vpc/aws?version=3.3.0"
  version = "~> 3.3"
}
