resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs"
}

resource "aws_db_subnet_group" "orders" {
  name       = "orders"
  subnet_ids = ["subnet-1", "subnet-2"]
}

resource "aws_db_parameter_group" "orders" {
  name   = "orders"
  family = "postgres16"
}
