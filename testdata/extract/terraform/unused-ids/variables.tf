variable "subnets" {
  default = ["subnet-0a1b2c3d4e5f60718"]
}

variable "subnets_old" {
  default = ["subnet-0f1e2d3c4b5a69788"]
}

locals {
  group = "sg-0a1b2c3d4e5f60719"
  vpcs = {
    old = "vpc-0a1b2c3d4e5f6071a"
  }
}
