terraform {
  source = "git::https://user:s3cret@git.example.org/acme/modules.git//web?ref=v1.0.0"
}
