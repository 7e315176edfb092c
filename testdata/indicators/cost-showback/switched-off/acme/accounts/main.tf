terraform {
  backend "s3" {}
}

variable "costs" {
  default = false
}

module "costs" {
  count  = var.costs ? 1 : 0
  source = "./modules/costs"
}
