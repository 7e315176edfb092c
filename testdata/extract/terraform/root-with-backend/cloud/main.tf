# One offer with the trait of the file beside it.
variable "region" {}
