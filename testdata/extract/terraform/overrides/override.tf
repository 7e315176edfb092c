module "vpc" {
  source = "git::https://git.example.org/platform/terraform-vpc.git?ref=v2.0.0"
}
