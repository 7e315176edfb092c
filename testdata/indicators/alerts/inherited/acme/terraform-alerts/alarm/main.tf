variable "name" {
  type        = string
  description = "What it watches."
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = var.name
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
}
