variable "name" {
  description = "Its name."
  type        = string
}

resource "aws_vpc" "this" {
  identifier = var.name
}

output "id" {
  description = "Its id."
  value       = aws_vpc.this.id
}
