variable "name" {
  description = "Its name."
}

resource "aws_ce_anomaly_monitor" "services" {
  name              = var.name
  monitor_type      = "DIMENSIONAL"
  monitor_dimension = "SERVICE"
}

output "arn" {
  description = "Its address."
  value       = aws_ce_anomaly_monitor.services.arn
}
