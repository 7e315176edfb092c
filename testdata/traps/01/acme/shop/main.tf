terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
    random = { source = "hashicorp/random" }
  }
}

module "orders" {
  source = "github.com/acme/tf-queue?ref=1.2.0"
}
