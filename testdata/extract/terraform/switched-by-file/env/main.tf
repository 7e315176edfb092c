terraform {
  backend "s3" {}
}

locals {
  environment = trimprefix(terraform.workspace, "shop-")
  data        = fileexists("./settings.json") ? jsondecode(file("./settings.json")) : null
  is_budgeted = local.data.accounts[local.environment].is_budgeted
}

# No account has it.
module "budget" {
  source  = "../modules/budget"
  enabled = local.is_budgeted
  by_team = true
}

# One account has it.
module "slo" {
  source  = "../modules/slo"
  enabled = local.data.accounts[local.environment].has_slo
}
