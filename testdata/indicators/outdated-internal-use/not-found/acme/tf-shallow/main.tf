variable "name" { description = "Its name." }
output "id" { value = var.name }
