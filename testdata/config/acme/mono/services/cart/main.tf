resource "aws_sqs_queue" "cart" {
  name = "cart"
}
