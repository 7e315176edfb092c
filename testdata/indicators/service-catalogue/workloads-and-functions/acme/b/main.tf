resource "aws_lambda_function" "resize" {
  function_name = "resize"
  role          = "arn:aws:iam::000000000000:role/resize"
}
