module "db" {
  source = "terraform-aws-modules/rds/aws"
  version = "6.0.0"
  name   = "orders"
}
resource "aws_db_instance" "cart" {
  identifier = "cart"
}
