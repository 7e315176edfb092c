# A unit that another includes from beside it stays one: v1.0.0.
terraform {
  source = "git::https://github.com/acme/modules.git//app?ref=v1.0.0"
}
