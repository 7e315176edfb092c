resource "azurerm_cost_anomaly_alert" "all" {
  name            = "all"
  display_name    = "Unusual costs"
  email_subject   = "Unusual costs"
  email_addresses = ["costs@example.org"]
}
