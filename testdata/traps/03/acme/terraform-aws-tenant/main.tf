variable "name" {
  description = "What it is called."
  type        = string
}

resource "aws_sqs_queue" "this" {
  name = var.name
}
