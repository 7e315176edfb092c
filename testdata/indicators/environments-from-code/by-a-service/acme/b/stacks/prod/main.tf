module "queue" {
  source = "git::https://github.com/acme/tf-modules.git//modules/queue?ref=v1.0.0"
  name   = "orders"
}

resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs"
}
