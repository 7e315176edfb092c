provider "aws" {
  default_tags {
    tags = {
      CostCenter = "4711"
    }
  }
}
