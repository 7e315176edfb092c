# Two blocks of one name are two calls, in one file and over two.
module "queue" {
  source = "github.com/acme/queue?ref=1.0.0"
}

module "queue" {
  source = "github.com/acme/queue?ref=1.1.0"
}
