resource "aws_opensearch_domain" "this" {
  domain_name = "search-prod"
}

module "reindex" {
  source = "../../modules/queue"
  name   = "reindex-prod"
}
