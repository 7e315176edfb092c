variable "name" {
  description = "Name of the database."
  type        = string
}

resource "aws_db_instance" "this" {
  identifier = var.name
}

output "address" {
  description = "Where the database answers."
  value       = aws_db_instance.this.address
}
