variable "name" {
  description = "What it is called."
  type        = string
}

resource "aws_sqs_queue" "this" {
  name = var.name
}

output "arn" {
  description = "Where it is."
  value       = aws_sqs_queue.this.arn
}
