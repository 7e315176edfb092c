variable "name" {
  type        = string
  description = "Its name."
}

resource "aws_sqs_queue" "this" {
  name = var.name
}

output "id" {
  value       = aws_sqs_queue.this.id
  description = "Its id."
}
