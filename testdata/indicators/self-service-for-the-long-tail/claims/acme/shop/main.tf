resource "aws_db_instance" "cart" {
  identifier = "cart"
}
