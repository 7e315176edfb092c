# Each call says what it must come to.

# git::https://git.example.org/platform/terraform-vpc.git, ref v1.4.0 (locals.tf)
module "vpc" {
  source = "${local.base}/terraform-vpc.git?ref=${local.versions.vpc}"
}

# registry acme/rds/aws, constraint ~> 2.1 (variables.tf)
module "rds" {
  source  = "acme/rds/aws"
  version = var.rds_version
}

# two uses: ./modules/new and ./modules/old
module "either" {
  source = var.new ? "./modules/new" : "./modules/old"
}

# two uses of one registry module: constraint 1.0.0, and none
module "maybe" {
  source  = "acme/s3/aws"
  version = var.new ? "1.0.0" : null
}

# dynamic: var.registry has no default
module "open" {
  source = "${var.registry}/acme/x/aws"
}

# dynamic, but the host and owner are known: git::https://git.example.org/platform/
module "prefix" {
  source = "${local.base}/${var.registry}.git"
}

# local modules/common: path.module is this folder
module "path" {
  source = "${path.module}/modules/common"
}

# git::https://git.example.org/platform/terraform-dns.git, ref v3 (format, lower, join)
module "functions" {
  source = format("%s/terraform-%s.git?ref=%s", local.base, lower("DNS"), join("", ["v", "3"]))
}

# dynamic: it refers to itself
module "circle" {
  source = local.a
}

# registry, pin dynamic: the version is only known when it runs
module "data" {
  source  = "acme/sqs/aws"
  version = data.external.x.result.version
}
