module "vpc" {
  source = "./modules/vpc"
}

module "dns" {
  source = "./dns"
}

module "two" {
  source = "./two"
}

module "text" {
  source = "./text"
}
