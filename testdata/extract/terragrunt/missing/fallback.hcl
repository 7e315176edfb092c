terraform {
  source = "git::https://github.com/acme/modules.git//web?ref=v1.0.0"
}
