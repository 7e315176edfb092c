resource "azurerm_monitor_autoscale_setting" "shop" {
  name                = "shop"
  resource_group_name = "shop"
  location            = "westeurope"
  target_resource_id  = azurerm_linux_virtual_machine_scale_set.shop.id

  profile {
    name = "default"

    capacity {
      default = 2
      minimum = 2
      maximum = 6
    }
  }

  predictive {
    scale_mode = "Disabled"
  }
}

resource "google_compute_autoscaler" "shop" {
  name   = "shop"
  zone   = "europe-west1-b"
  target = google_compute_instance_group_manager.shop.id

  autoscaling_policy {
    min_replicas = 2
    max_replicas = 6

    cpu_utilization {
      target            = 0.6
      predictive_method = "NONE"
    }
  }
}
