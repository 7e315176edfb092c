# Twelve calls, one of each way to write an address.
module "local_child" {
  source = "./modules/vpc"
}

module "local_above" {
  source = "../shared//network/"
}

module "local_root" {
  source = "../"
}

module "local_outside" {
  source = "../../elsewhere"
}

module "registry" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.1.2"
}

module "private_registry" {
  source  = "app.terraform.io/acme/network/aws//modules/subnet" # the comment is no part of it
  version = "~> 1.0"
}

module "git_https" {
  source = "git::https://github.com/acme/tf-rds.git//mod?ref=v1.2.0"
}

module "git_ssh" {
  source = "git@github.com:acme/tf-rds.git?ref=407e3db34a65b384c20ef718f55d9ceacb97a846"
}

module "shorthand" {
  source = "github.com/acme/tf-rds//mod?ref=feature/x"
}

module "shorthand_default_branch" {
  source = "github.com/acme/tf-rds"
}

module "archive" {
  source = "https://example.org/modules/vpc-1.2.0.zip"
}

module "folder_after_query" {
  source = "git::https://github.com/acme/modules.git?ref=main//tls//key"
}
