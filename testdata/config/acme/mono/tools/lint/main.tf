resource "aws_sqs_queue" "lint" {
  name = "lint"
}
