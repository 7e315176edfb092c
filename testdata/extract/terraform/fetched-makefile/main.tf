module "vpc" {
  source = "./modules/vpc"
}

module "zone" {
  source = "./shared/dns/modules/zone"
}

module "lost" {
  source = "./modules/lost"
}

module "own" {
  source = "./own"
}

module "other" {
  source = "./modules/other"
}
