resource "aws_s3_bucket" "orders" {
  bucket = "orders"
}
# resource "aws_cloudwatch_metric_alarm" "errors" {
#   alarm_name = "errors"
# }
resource "aws_cloudwatch_dashboard" "shop" {
  dashboard_name = "shop"
}
