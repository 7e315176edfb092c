# Two calls.
module "unclosed" {
  source = "./unclosed"

module "next" {
  source = "./next"
}
