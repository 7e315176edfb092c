resource "github_organization_ruleset" "main" {
  name        = "main"
  target      = "branch"
  enforcement = "active"

  rules {
    deletion            = true
    required_signatures = true
  }
}
