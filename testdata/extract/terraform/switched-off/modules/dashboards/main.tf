variable "enabled" {
  type    = bool
  default = false
}

resource "aws_cloudwatch_dashboard" "shop" {
  count          = var.enabled ? 1 : 0
  dashboard_name = "shop"
}
