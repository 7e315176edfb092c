# Made from units/queue, and generated: v0.4.0, which the file beside it gives.
terraform {
  source = "github.com/acme/modules//queue?ref=${values.version}"
}
