variable "alarm" {
  type        = bool
  default     = false
  description = "Whether it has an alarm."
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  count               = var.alarm ? 1 : 0
  alarm_name          = "errors"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
}
