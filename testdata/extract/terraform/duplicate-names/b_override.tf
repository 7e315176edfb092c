module "queue" {
  source = "github.com/acme/queue?ref=2.0.0"
}
