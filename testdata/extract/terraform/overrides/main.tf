# Comes to ref v2.0.0, which is written in override.tf.
module "vpc" {
  source = "git::https://git.example.org/platform/terraform-vpc.git?ref=v1.0.0"
}

# Comes to version 3.0.0 of x_override.tf.
module "rds" {
  source  = "acme/rds/aws"
  version = "2.0.0"
}

# Nothing changes it.
module "s3" {
  source = "./modules/s3"
}
