resource "helm_release" "pool" {
  name  = "pool"
  chart = "./charts/pool"
}
