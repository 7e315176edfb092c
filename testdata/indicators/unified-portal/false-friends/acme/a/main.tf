resource "azurerm_portal_dashboard" "shop" {
  name                 = "shop"
  resource_group_name  = "shop"
  location             = "westeurope"
  dashboard_properties = "{}"
}
