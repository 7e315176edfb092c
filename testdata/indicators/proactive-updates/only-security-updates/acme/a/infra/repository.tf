resource "github_repository_dependabot_security_updates" "shop" {
  repository = "shop"
  enabled    = true
}
