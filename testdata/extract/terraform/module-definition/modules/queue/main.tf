# A module with resources: inputs 3 (2 described), outputs 2 (1 described).
resource "aws_sqs_queue" "this" {
  name = var.name
}

data "aws_region" "current" {}
