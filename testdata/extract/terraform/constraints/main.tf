variable "dryrun" {
  type = bool
}

locals {
  labels = yamldecode(file("${path.module}/constraints/labels.yaml"))
}

resource "kubectl_manifest" "labels" {
  yaml_body = yamlencode(merge(local.labels, {
    spec = merge(local.labels.spec, { enforcementAction = var.dryrun ? "dryrun" : "deny" })
  }))
}
