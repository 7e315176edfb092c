variable "name" {
  type        = string
  description = "Its name."
}

resource "aws_db_instance" "this" {
  identifier = var.name
}

output "id" {
  value       = aws_db_instance.this.id
  description = "Its id."
}
