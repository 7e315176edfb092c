resource "github_repository" "shop" {
  name = "shop"
}

resource "github_repository" "old" {
  name     = "old"
  archived = true
}

resource "github_branch_protection" "reviewed" {
  repository_id = github_repository.shop.node_id
  pattern       = "main"
  required_pull_request_reviews {}
}

resource "github_branch_protection" "signed" {
  repository_id           = github_repository.shop.node_id
  pattern                 = "release/*"
  require_signed_commits  = true
  required_linear_history = false
}

# Nothing but force pushes and its deletion are refused.
resource "github_branch_protection" "bare" {
  repository_id          = github_repository.shop.node_id
  pattern                = "hotfix/*"
  enforce_admins         = true
  require_signed_commits = false
}

resource "github_branch_protection" "decided_elsewhere" {
  repository_id          = github_repository.shop.node_id
  pattern                = "next"
  require_signed_commits = var.signed
}

# Nobody can change it.
resource "github_branch_protection" "old" {
  repository_id          = github_repository.old.node_id
  pattern                = "main"
  require_signed_commits = true
}

resource "github_repository_ruleset" "checked" {
  name        = "checked"
  enforcement = "active"
  target      = "branch"
  rules {
    deletion = true
    pull_request {
      required_approving_review_count = 1
    }
  }
}

resource "github_repository_ruleset" "kept" {
  name        = "kept"
  enforcement = "active"
  target      = "branch"
  rules {
    deletion         = true
    non_fast_forward = true
  }
}

resource "github_repository_ruleset" "tried" {
  name        = "tried"
  enforcement = "evaluate"
  target      = "branch"
  rules {
    required_signatures = true
  }
}
