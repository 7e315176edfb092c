resource "aws_budgets_budget" "month" {
  budget_type = "COST"
}
