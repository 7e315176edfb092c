# Where main.tofu lies beside it, OpenTofu does not read this file, and it is not counted.
module "vpc" {
  source  = "acme/vpc/aws"
  version = "1.0.0"
}
