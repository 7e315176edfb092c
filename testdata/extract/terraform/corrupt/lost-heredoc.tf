# One resource, one call.
resource "local_file" "x" {
  content = <<EOF
  never ended

module "after" {
  source = "./after"
}
