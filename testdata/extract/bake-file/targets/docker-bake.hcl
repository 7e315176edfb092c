variable "REGISTRY" {
  default = "ghcr.io/acme"
}
variable "TAG" {}

target "common" {
  contexts = {
    base = "docker-image://${REGISTRY}/base:2"
  }
}
target "shop" {
  inherits = ["common"]
  context  = "shop"
  tags     = ["${REGISTRY}/shop:${TAG}", "shop:dev"]
}
target "open" {
  context = "shop"
  tags    = ["${HOST}/team/shop"]
}
