settings = {
  dev = {
    dashboards = false
    slo        = false
  }
}
