# module "old" {
#   source = "git::https://github.com/acme/tf-queue.git?ref=1.0.0"
# }
// module "older" { source = "../modules/older" }
/*
module "oldest" {
  source = "github.com/acme/tf-queue?ref=0.9.0"
}
*/
module "orders" {
  source = "github.com/acme/tf-queue?ref=1.2.0" # source = "github.com/acme/tf-other"
}

locals {
  help = <<-TEXT
    module "in_a_text" {
      source = "github.com/acme/tf-text?ref=1"
    }
  TEXT
}
