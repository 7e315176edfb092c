# Placeholders of other languages within strings are only text: no gap.
module "sound" {
  source = "./sound"
  chart  = "{{ .Release.Name }}"
  step   = "$${{ github.sha }}"
}
