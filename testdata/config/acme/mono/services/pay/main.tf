resource "aws_sqs_queue" "pay" {
  name = "pay"
}
