component "vpc" {
  source = "./vpc
