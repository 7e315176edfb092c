# The version is given where the unit is made: unresolved, of github.com/acme/modules.
terraform {
  source = "github.com/acme/modules//queue?ref=${values.version}"
}
