resource "aws_instance" "shop" {
  ami           = "ami-1"
  instance_type = "t4g.micro"

  provisioner "remote-exec" {
    inline = ["sudo systemctl restart shop"]
  }
}
