required_providers {
  aws = { source = "hashicorp/aws", version = "~> 5.0" }
}

component "vpc" {
  source  = "acme/vpc/aws"
  version = "1.2.0"
  inputs  = { cidr = var.cidr }
}

component "app" {
  for_each = var.regions
  source   = "./modules/app"
}
