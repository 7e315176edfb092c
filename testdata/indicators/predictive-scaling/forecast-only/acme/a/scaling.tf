resource "aws_autoscaling_policy" "forecast" {
  name                   = "forecast"
  autoscaling_group_name = "shop"
  policy_type            = "PredictiveScaling"

  predictive_scaling_configuration {
    mode = "ForecastOnly"

    metric_specification {
      target_value = 40

      predefined_metric_pair_specification {
        predefined_metric_type = "ASGCPUUtilization"
      }
    }
  }
}
