plugin "aws" {
  enabled = true
}
