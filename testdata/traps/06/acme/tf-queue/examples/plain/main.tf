module "queue" {
  source = "github.com/acme/tf-queue"
}
