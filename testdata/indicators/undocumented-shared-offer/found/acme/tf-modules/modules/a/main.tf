variable "x" {}
output "y" {
  value = var.x
}
resource "aws_x" "y" {}
