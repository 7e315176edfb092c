resource "aws_budgets_budget" "shop" {
  name = "shop"
}
