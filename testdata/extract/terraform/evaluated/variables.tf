variable "rds_version" {
  default = "~> 2.1"
}

variable "new" {
  type    = bool
  default = true
}

variable "registry" {
  type = string
}
