variable "name" {
  description = "The name of the database."
  type        = string
}

resource "aws_db_instance" "this" {
  identifier = var.name
}

output "address" {
  description = "Where it is reached."
  value       = aws_db_instance.this.address
}
