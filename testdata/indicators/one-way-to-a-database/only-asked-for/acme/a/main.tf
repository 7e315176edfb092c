data "aws_db_instance" "orders" {
  db_instance_identifier = "orders"
}

# resource "aws_db_instance" "stock" {}

resource "aws_ssm_parameter" "url" {
  name  = "/orders/url"
  type  = "String"
  value = data.aws_db_instance.orders.address
}
