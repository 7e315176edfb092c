# The first call is kept; of the second the source is cut off: a gap, and no use.
module "kept" {
  source = "./kept"
}

module "cut" {
  name   = "x"
  source = "./cut