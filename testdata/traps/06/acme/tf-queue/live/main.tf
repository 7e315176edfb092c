module "queue" {
  source = "git@github.com:acme/tf-queue.git?ref=v1.0.0"
}
