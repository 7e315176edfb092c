resource "aws_cloudwatch_metric_alarm" "load" {
  alarm_name          = "unusual-load"
  comparison_operator = "GreaterThanUpperThreshold"
  evaluation_periods  = 2
  threshold_metric_id = "band"

  metric_query {
    id          = "band"
    expression  = "ANOMALY_DETECTION_BAND(load)"
    return_data = true
  }
}
