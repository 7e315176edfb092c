# module "hash" {
#   source = "github.com/acme/hash"
# }
// module "slashes" {
//   source = "github.com/acme/slashes"
// }
/*
module "block" {
  source = "github.com/acme/block"
}
*/
module "live" {
  # source = "github.com/acme/old?ref=v1.0.0"
  source /* here */ = /* and here */ "github.com/acme/live?ref=v2.0.0" /* and there */ // v2
  names = [
    "a", # ]
    "b", // "
    /* } */
  ]
}
