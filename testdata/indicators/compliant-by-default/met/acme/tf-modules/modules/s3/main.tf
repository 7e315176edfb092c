variable "name" {
  description = "Its name."
  type        = string
}

resource "aws_s3_bucket" "this" {
  identifier = var.name
}

output "id" {
  description = "Its id."
  value       = aws_s3_bucket.this.id
}
