variable "alarm" {
  default = true
}
