variable "enabled" {
  type = bool
}

variable "by_team" {
  type = bool
}

# One of what must hold is refused; the other can't be told.
resource "aws_budgets_budget" "all" {
  count       = local.is_wanted && var.enabled && var.by_team ? 1 : 0
  budget_type = "COST"
}
