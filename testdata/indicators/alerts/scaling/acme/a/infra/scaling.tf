resource "aws_autoscaling_policy" "out" {
  name = "out"
}
resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name    = "busy"
  alarm_actions = [aws_autoscaling_policy.out.arn]
}
