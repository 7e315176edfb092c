resource "aws_instance" "shop" {
  ami       = "ami-1"
  user_data = templatefile("${path.module}/scripts/boot.sh", {})
}

resource "terraform_data" "users" {
  count = local.environment == "development" ? 1 : 0

  provisioner "local-exec" {
    command = "aws ds-data create-user --sam-account-name shop"
  }
}
