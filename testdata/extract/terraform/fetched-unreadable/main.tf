# The folder isn't there, and the script that may fetch it is no text: both are told.
module "vpc" {
  source = "./modules/vpc"
}
