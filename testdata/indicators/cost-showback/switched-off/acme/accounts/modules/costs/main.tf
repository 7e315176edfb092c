resource "aws_budgets_budget" "all" {
  name = "all"
}
