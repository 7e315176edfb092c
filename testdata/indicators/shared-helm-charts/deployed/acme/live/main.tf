resource "helm_release" "shop" {
  name       = "shop"
  repository = "oci://ghcr.io/acme/charts"
  chart      = "shop"
  version    = "1.2.3"
}
