resource "google_monitoring_slo" "answers" {
  goal = 0.995
}
