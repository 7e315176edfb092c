terraform {
  backend "s3" {}
}

module "logs" {
  source = "./modules/bucket"
  name   = "logs"
}
