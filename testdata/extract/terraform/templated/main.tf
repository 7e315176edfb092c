# To be filled in first: the first and last call are read, the middle one in part; one gap.
module "first" {
  source = "./first"
}

{{- if .Values.middle }}
module "${{ values.name }}" {
  source = "github.com/acme/middle?ref=${{ values.ref }}"
}
{{- end }}

module "last" {
  source = "./last"
}
