resource "aws_db_instance" "this" {
  identifier        = var.name
  instance_class    = var.size
  storage_encrypted = true
}
