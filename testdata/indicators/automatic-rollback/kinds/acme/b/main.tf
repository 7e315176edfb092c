resource "helm_release" "shop" {
  name       = "shop"
  chart      = "shop"
  repository = "oci://ghcr.io/acme/charts"
  version    = "1.0.0"
  atomic     = true
}
