variable "name" {
  type        = string
  description = "Its name."
}

resource "azurerm_postgresql_flexible_server" "this" {
  name = var.name
}
