resource "datadog_monitor" "costs" {
  name    = "Costs of the cluster"
  type    = "cost alert"
  message = "@team-platform"
  query   = "formula(\"anomaly(query1)\").last(\"7d\").anomaly(direction=\"above\", threshold=10) >= 5"
}

resource "datadog_monitor" "load" {
  name    = "Load of the cluster"
  type    = "metric alert"
  message = "@team-platform"
  query   = "avg(last_5m):avg:system.load.1{*} > 10"
}
