module "x" {
  source = "./x" # c
  text = <<EOF
EOFX
  EOF
}
module "y" {
  source = "acme/y/aws"
  version = "1.0.0"
}
