variable "name" {
  description = "Its name."
  type        = string
}

resource "aws_lambda_function" "this" {
  function_name = var.name
}

output "id" {
  description = "Its id."
  value       = aws_lambda_function.this.id
}
