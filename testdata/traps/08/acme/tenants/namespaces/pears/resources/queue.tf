module "queue" {
  source = "github.com/acme/tf-queue?ref=1.2.0"
  name   = "pears"
}
