variable "enabled" {
  type    = bool
  default = false
}

resource "datadog_service_level_objective" "shop" {
  count = var.enabled ? 1 : 0
  name  = "shop"
}
