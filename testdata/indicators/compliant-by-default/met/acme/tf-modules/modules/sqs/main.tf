variable "name" {
  description = "Its name."
  type        = string
}

resource "aws_sqs_queue" "this" {
  identifier = var.name
}

output "id" {
  description = "Its id."
  value       = aws_sqs_queue.this.id
}
