variable "name" {
  description = "Name of the network."
}

resource "aws_vpc" "this" {}

output "id" {
  description = "Which network it is."
  value       = aws_vpc.this.id
}
