resource "google_compute_autoscaler" "shop" {
  name   = "shop"
  zone   = "europe-west1-b"
  target = google_compute_instance_group_manager.shop.id

  autoscaling_policy {
    mode         = "OFF"
    min_replicas = 2
    max_replicas = 6

    cpu_utilization {
      target            = 0.6
      predictive_method = "OPTIMIZE_AVAILABILITY"
    }
  }
}
