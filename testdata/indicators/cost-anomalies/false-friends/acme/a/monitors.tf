resource "datadog_monitor" "errors" {
  name    = "Cost service: unusual errors"
  type    = "log alert"
  message = "@team-costs"
  query   = "logs(\"service:costs\").rollup(\"count\").last(\"5m\") > 100"
}
