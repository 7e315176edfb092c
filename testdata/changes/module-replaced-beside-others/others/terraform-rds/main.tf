variable "name" {
  description = "Name of the database."
}

resource "aws_db_instance" "this" {
  identifier = var.name
}

output "address" {
  description = "Where it answers."
  value       = aws_db_instance.this.address
}
