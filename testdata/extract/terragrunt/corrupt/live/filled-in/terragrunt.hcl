# To be filled in first: unresolved, of what stands before the placeholder.
terraform {
  source = "git::https://github.com/acme/modules.git//{{ .Module }}?ref={{ .Ref }}"
}
