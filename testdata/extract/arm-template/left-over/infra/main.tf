resource "azurerm_resource_group_template_deployment" "bus" {
  name             = "bus"
  template_content = file("${path.module}/arm/bus.json")
}
