variable "enabled" {
  type    = bool
  default = false
}

resource "aws_cloudwatch_metric_alarm" "always" {
  alarm_name = "always"
}

resource "aws_cloudwatch_metric_alarm" "asked" {
  count      = var.enabled ? 1 : 0
  alarm_name = "asked"
}

variable "email" {
  type    = string
  default = null
}

resource "aws_cloudwatch_metric_alarm" "mailed" {
  count      = var.email != null ? 1 : 0
  alarm_name = "mailed"
}
