# A root: a backend of its own, a configured provider, a resource and a call.
terraform {
  backend "s3" {
    bucket = "state"
  }
}

provider "aws" {
  region = "eu-west-2"
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}

module "vpc" {
  source = "./vpc"
}
