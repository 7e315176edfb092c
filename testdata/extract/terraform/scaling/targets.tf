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

resource "aws_appautoscaling_target" "held" {
  service_namespace  = "ecs"
  resource_id        = "service/shop/held"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = 4

  suspended_state {
    dynamic_scaling_in_suspended  = true
    dynamic_scaling_out_suspended = true
    scheduled_scaling_suspended   = true
  }
}

resource "aws_appautoscaling_policy" "held" {
  name               = "held"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.held.service_namespace
  resource_id        = aws_appautoscaling_target.held.resource_id
  scalable_dimension = aws_appautoscaling_target.held.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = 60
  }
}
