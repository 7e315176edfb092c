resource "aws_db_instance" "orders" {
  identifier = "orders"
}

module "tags" {
  source = "git::https://github.com/elsewhere/terraform-tags.git?ref=main"
}
