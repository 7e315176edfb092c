resource "github_repository" "shop" {
  name = "shop"

  template {
    owner      = "acme"
    repository = "service-template"
  }
}

resource "github_repository" "owner_open" {
  name     = "stock"
  archived = false

  template {
    owner      = var.owner
    repository = "service-template"
  }
}

# Nothing is done in it any more.
resource "github_repository" "old" {
  name     = "old"
  archived = true

  template {
    owner      = "acme"
    repository = "service-template"
  }
}

resource "github_repository" "own" {
  name = "own"
}
