resource "aws_appautoscaling_target" "web" {
  service_namespace  = "ecs"
  resource_id        = "service/shop/web"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = 6
}

resource "aws_appautoscaling_target" "one" {
  service_namespace  = "ecs"
  resource_id        = "service/shop/one"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = 1
}

resource "aws_autoscaling_group" "room" {
  name     = "room"
  min_size = 1
  max_size = var.most
}

resource "aws_autoscaling_group" "by_hand" {
  name     = "by-hand"
  min_size = 1
  max_size = 1

  lifecycle {
    ignore_changes = [max_size]
  }
}

resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name = "busy"
  alarm_actions = [
    aws_appautoscaling_policy.called.arn,
    # aws_appautoscaling_policy.forgotten.arn,
    aws_appautoscaling_policy.no_room_called.arn,
  ]

  depends_on = [aws_appautoscaling_policy.forgotten]
}

output "policy" {
  value = aws_autoscaling_policy.handed_out.arn
}

variable "most" {
  type = number
}

variable "policy_type" {
  type = string
}
