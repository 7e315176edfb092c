provider "aws" {
  region = "eu-west-2"

  default_tags {
    tags = {
      owner       = "web"
      cost-centre = var.cost_centre
    }
  }
}

resource "aws_autoscaling_policy" "forecast" {
  policy_type = "PredictiveScaling"

  predictive_scaling_configuration {
    mode = "ForecastOnly"
  }
}

resource "aws_autoscaling_policy" "open" {
  policy_type = "PredictiveScaling"

  predictive_scaling_configuration {
    mode = var.mode
  }
}

resource "aws_autoscaling_policy" "target" {
  policy_type = "TargetTrackingScaling"
}

resource "aws_ecs_service" "web" {
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}

resource "aws_ecs_service" "worker" {
  deployment_circuit_breaker {
    enable   = true
    rollback = false
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name = "errors"
}

resource "aws_instance" "web" {
  ami = "ami-1"
}

# An alarm that is read, not made.
data "aws_cloudwatch_metric_alarm" "other" {}
