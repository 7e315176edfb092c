# An alarm calls it.
resource "aws_appautoscaling_policy" "called" {
  name               = "called"
  service_namespace  = "ecs"
  resource_id        = "service/shop/web"
  scalable_dimension = "ecs:service:DesiredCount"

  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
  }
}

# Only what is commented out does, and what waits for it.
resource "aws_appautoscaling_policy" "forgotten" {
  name               = "forgotten"
  service_namespace  = "ecs"
  resource_id        = "service/shop/web"
  scalable_dimension = "ecs:service:DesiredCount"

  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
  }
}

# Whoever calls the module may.
resource "aws_autoscaling_policy" "handed_out" {
  name                   = "handed-out"
  autoscaling_group_name = aws_autoscaling_group.room.name
  scaling_adjustment     = 1
}

# Nothing does: this one is simple, as the rule is.
resource "aws_autoscaling_policy" "simple" {
  name                   = "simple"
  autoscaling_group_name = aws_autoscaling_group.room.name
  scaling_adjustment     = 1
}

# What it is only a run knows.
resource "aws_autoscaling_policy" "open" {
  name                   = "open"
  autoscaling_group_name = aws_autoscaling_group.room.name
  policy_type            = var.policy_type
}

# These need no alarm.
resource "aws_autoscaling_policy" "tracking" {
  name                   = "tracking"
  autoscaling_group_name = aws_autoscaling_group.room.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 50
  }
}

resource "aws_appautoscaling_policy" "tracking" {
  name               = "tracking"
  service_namespace  = "ecs"
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  policy_type        = "TargetTrackingScaling"

  target_tracking_scaling_policy_configuration {
    target_value = 50
  }
}

# There is no room to scale.
resource "aws_appautoscaling_policy" "no_room" {
  name               = "no-room"
  service_namespace  = "ecs"
  resource_id        = aws_appautoscaling_target.one.resource_id
  scalable_dimension = aws_appautoscaling_target.one.scalable_dimension
  policy_type        = "TargetTrackingScaling"

  target_tracking_scaling_policy_configuration {
    target_value = 50
  }
}

resource "aws_appautoscaling_policy" "no_room_called" {
  name               = "no-room-called"
  service_namespace  = "ecs"
  resource_id        = "service/shop/one"
  scalable_dimension = "ecs:service:DesiredCount"

  step_scaling_policy_configuration {
    adjustment_type = "ChangeInCapacity"
  }
}

# Something else says how many there are to be.
resource "aws_autoscaling_policy" "by_hand" {
  name                   = "by-hand"
  autoscaling_group_name = aws_autoscaling_group.by_hand.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 50
  }
}
