resource "aws_db_instance" "orders" {
  identifier     = "orders"
  engine         = "postgres"
  instance_class = "db.t4g.micro"
}

resource "aws_dynamodb_table" "carts" {
  name     = "carts"
  hash_key = "id"
}
