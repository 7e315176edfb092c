# Four providers, no module. A provider alone offers nothing: no offer.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
    private = { source = "registry.example.org/acme/thing", version = "1.2.3" }
    random = {
      version = ">= 3.1"
    }
    null = "~> 3.0"
  }
}

provider "aws" {
  region = "eu-west-2"
}

provider "private" {}
