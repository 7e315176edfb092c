resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name    = "busy"
  alarm_actions = [aws_autoscaling_policy.out.arn]
  ok_actions    = [aws_appautoscaling_policy.in.arn]
}

resource "aws_cloudwatch_metric_alarm" "down" {
  alarm_name    = "down"
  alarm_actions = [aws_autoscaling_policy.out.arn, aws_sns_topic.calls.arn]
}

resource "aws_cloudwatch_metric_alarm" "given" {
  alarm_name    = "given"
  alarm_actions = var.actions
}

resource "aws_cloudwatch_metric_alarm" "silent" {
  alarm_name = "silent"
}

resource "github_branch_protection" "main" {
  repository_id = "shop"
  pattern       = "main"
}

resource "github_repository_dependabot_security_updates" "shop" {
  repository = "shop"
  enabled    = true
}
