variable "name" {
  description = "Its name."
  type        = string
}

resource "aws_db_instance" "this" {
  identifier = var.name
}

output "id" {
  description = "Its id."
  value       = aws_db_instance.this.id
}
