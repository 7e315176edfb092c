variable "name" {
  type        = string
  description = "Its name."
}

resource "azurerm_cosmosdb_account" "this" {
  name = var.name
}
