# Sources that a program computes. Known: the folded ones.
locals {
  version = "v1.0.0"
}

module "reference" {
  source = var.source
}

module "template" {
  source = "git::https://github.com/acme/rds.git?ref=${local.version}"
}

module "conditional" {
  source = var.local ? "git::https://github.com/acme/rds" : "git::https://github.com/acme/rds-next"
}

module "format" {
  source = format("git::https://github.com/acme/%s", var.name)
}

module "folded" {
  source = "./modules/${"vpc"}"
}

module "folded_conditional" {
  source = true ? "acme/vpc/aws" : "./vpc"
}

module "dynamic_version" {
  source  = "acme/vpc/aws"
  version = local.version
}

module "null_version" {
  source  = "acme/vpc/aws"
  version = null
}
