variable "x" {}
resource "aws_x" "y" {}
output "y" {}
