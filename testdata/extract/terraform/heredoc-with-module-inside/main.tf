# One call: what stands in a heredoc is text, also with braces and quotes that don't match.
resource "local_file" "main" {
  filename = "main.tf"
  content  = <<-EOT
module "inner" {
  source = "github.com/acme/inner"
    EOTX
"{{{ ${join("}", ["EOT", "${var.x}"])} $${not} %{ if true }yes%{ endif }
  EOT
  mode     = "0644"
}

module "outer" {
  source = "github.com/acme/outer?ref=v1.0.0"
  policy = jsonencode({
    text = <<EOF
}
EOF
  })
}
