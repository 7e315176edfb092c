resource "aws_opensearch_domain" "this" {
  domain_name = "search-dev"
}

module "reindex" {
  source = "../../modules/queue"
  name   = "reindex-dev"
}
