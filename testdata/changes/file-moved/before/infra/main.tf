module "vpc" {
  source = "git::https://github.com/acme/terraform-vpc.git?ref=main"
}

resource "aws_db_instance" "orders" {
  identifier = "orders"
}
