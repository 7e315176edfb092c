terraform {
  backend "s3" {}
}

variable "budget" {
  type    = bool
  default = false
}

variable "chaos" {
  type    = bool
  default = false
}

variable "settings" {
  type = any
}

locals {
  settings = contains(keys(var.settings), terraform.workspace) ? var.settings[terraform.workspace] : var.settings["dev"]
}

# What is unconditional, and what the call asks for, is there.
module "alarms" {
  source  = "../modules/alarms"
  enabled = true
}

# No file of values asks for it.
module "budget" {
  count  = var.budget ? 1 : 0
  source = "../modules/budget"
}

# One environment asks for it.
module "chaos" {
  count  = var.chaos ? 1 : 0
  source = "../modules/chaos"
}

# No environment has it.
module "dashboards" {
  source  = "../modules/dashboards"
  enabled = local.settings.dashboards
}

# One environment has it.
module "slo" {
  source  = "../modules/slo"
  enabled = local.settings.slo
}
