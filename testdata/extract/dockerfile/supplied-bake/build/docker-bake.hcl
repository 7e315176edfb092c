# Expected: node:22 (app: by the override), node:18 and node:16 (matrix), node:14 (inherits the dockerfile and context);
# `computed` gives nothing.
variable "NODE" { default = "20" }

target "base" {
  context    = "../app"
  dockerfile = "Dockerfile.app"
}

target "app" {
  inherits = ["base"]
  args = { NODE = NODE }
}

target "many" {
  inherits = ["base"]
  name     = "many-${v}"
  matrix   = { v = ["18", "16"] }
  args     = { NODE = v }
}

target "old" {
  inherits = ["base"]
  args     = { NODE = "1${2 == 2 ? 4 : 4}" }
}

target "computed" {
  inherits = ["base"]
  args     = { NODE = timestamp() }
}
