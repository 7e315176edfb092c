resource "github_branch_protection" "main" {
  repository_id = "shop"
  pattern       = "main"

  required_status_checks {
    strict = true
  }
}

resource "gitlab_branch_protection" "main" {
  project = "acme/shop"
  branch  = "main"
}
