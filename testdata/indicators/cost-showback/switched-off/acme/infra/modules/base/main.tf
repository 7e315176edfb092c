variable "name" {}

variable "options" {
  type = object({ costs = optional(bool, false) })
  default = {
    costs = false
  }
}

module "costs" {
  source = "../costs"
  count  = var.options.costs == true ? 1 : 0
}
