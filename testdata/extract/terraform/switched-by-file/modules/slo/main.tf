variable "enabled" {
  type = bool
}

resource "datadog_service_level_objective" "orders" {
  count = var.enabled && terraform.workspace != "shop-test" ? 1 : 0
  name  = "orders"
  type  = "metric"
}
