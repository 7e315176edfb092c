variable "cidr" {
  description = "Address range."
  type        = string
}

resource "aws_vpc" "this" {
  cidr_block = var.cidr
}

output "id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}
