variable "email" {
  default = ""
}

variable "vault" {
  default = null
}

module "inner" {
  source = "./inner"
  count  = var.email == "" || var.vault == null ? 0 : 1
}
