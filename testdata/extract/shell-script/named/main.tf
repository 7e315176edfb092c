resource "aws_instance" "web" {
  ami       = "ami-1"
  user_data = templatefile("${path.module}/scripts/boot.sh", {})
}

resource "null_resource" "share" {
  provisioner "local-exec" {
    command = "sh ${path.module}/scripts/share.sh ${var.id}"
  }
}
