locals {
  version = "3.4.5"
}

variable "repository" {}

variable "open_version" {
  default = "0.1.0"
}
