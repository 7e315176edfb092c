resource "port_scorecard" "ready" {
  title = "Ready"
}
