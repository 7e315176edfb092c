provider "aws" {
  default_tags {
    tags = {
      Service = "shop"
      # CostCenter = "4711"
    }
  }
}
