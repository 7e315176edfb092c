resource "github_repository" "service" {
  name        = "service-template"
  is_template = true
}

resource "github_repository" "shop" {
  name = "shop"
}
