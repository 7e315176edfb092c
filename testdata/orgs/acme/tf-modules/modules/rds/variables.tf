variable "name" {
  description = "Name of the database."
  type        = string
}

variable "size" {
  description = "Instance class."
  type        = string
  default     = "db.t4g.medium"
}
