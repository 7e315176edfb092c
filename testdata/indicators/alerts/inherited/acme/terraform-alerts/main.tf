variable "name" {
  type        = string
  description = "What it watches."
}

module "alarm" {
  source = "./alarm"
  name   = var.name
}
