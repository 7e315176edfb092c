# What lies beside a unit that runs another module is copied onto it, and no offer.
terraform {
  source = "git::https://github.com/acme/modules.git//web?ref=v1.0.0"
}
