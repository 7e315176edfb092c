resource "helm_release" "cache" {
  name       = "cache"
  repository = "oci://registry.example.org/charts"
  chart      = "redis"
}
