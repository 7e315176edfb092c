module "queue" {
  source = "git::https://github.com/friends/tf-queue.git?ref=v1.0.0"
}
