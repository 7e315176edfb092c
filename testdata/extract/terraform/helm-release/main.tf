resource "helm_release" "shop" {
  name       = "shop"
  repository = "https://charts.acme.example/stable"
  chart      = "shop"
  version    = "1.2.3"
}

resource "helm_release" "registry" {
  name       = "registry"
  repository = "oci://ghcr.io/acme/charts"
  chart      = "registry"
  version    = local.version
}

resource "helm_release" "own" {
  name  = "own"
  chart = "${path.module}/charts/own"
}

resource "helm_release" "named" {
  name       = "named"
  repository = "bitnami"
  chart      = "redis"
}

resource "helm_release" "address" {
  name  = "address"
  chart = "oci://ghcr.io/acme/charts/address"
}

resource "helm_release" "open" {
  name       = "open"
  repository = var.repository
  chart      = "open"
  version    = var.open_version
}

data "helm_template" "rendered" {
  name       = "rendered"
  repository = "https://charts.acme.example/stable"
  chart      = "rendered"
  version    = "~> 2.0"
}

resource "helm_repository" "none" {
  name = "acme"
  url  = "https://charts.acme.example/stable"
}
