variable "v0" {
  description = "The input 0."
  type        = string
}
variable "v1" {
  description = "The input 1."
  type        = string
}
variable "v2" {
  description = "The input 2."
  type        = string
}
variable "v3" {
  description = "The input 3."
  type        = string
}
variable "v4" {
  type        = string
}
output "id" {
  description = "The id."
  value       = aws_x.y.id
}
resource "aws_x" "y" {}
