resource "aws_autoscaling_policy" "forecast" {
  name                   = "forecast"
  autoscaling_group_name = "shop"
  policy_type            = "PredictiveScaling"

  predictive_scaling_configuration {
    mode = "ForecastAndScale"

    metric_specification {
      target_value = 40

      predefined_metric_pair_specification {
        predefined_metric_type = "ASGCPUUtilization"
      }
    }
  }
}

resource "aws_autoscaling_policy" "load" {
  name                   = "load"
  autoscaling_group_name = "shop"
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 50

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_autoscaling_schedule" "morning" {
  scheduled_action_name  = "morning"
  autoscaling_group_name = "shop"
  recurrence             = "0 6 * * MON-FRI"
  desired_capacity       = 6
  min_size               = 6
  max_size               = 9
}
