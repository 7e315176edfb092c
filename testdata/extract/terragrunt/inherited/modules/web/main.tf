resource "aws_lb" "this" {}
