# A list that is never closed swallows neither the source after it nor the next block: two calls.
module "open" {
  names  = ["a",
  source = "./open"
}

module "next" {
  source = "./next"
}
