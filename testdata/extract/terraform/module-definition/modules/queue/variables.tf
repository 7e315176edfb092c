variable "name" {
  description = "The queue's name."
  type        = string
}

variable "tags" {
  description = <<-EOT
    Tags of everything.
  EOT
  default     = {}
}

variable "fifo" {
  description = ""
  default     = false
}
