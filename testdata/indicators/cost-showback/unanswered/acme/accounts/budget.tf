resource "google_billing_budget" "shop" {
  display_name = "shop"
}
