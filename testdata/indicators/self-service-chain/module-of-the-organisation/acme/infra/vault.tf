resource "vault_database_secret_backend_role" "orders" {
  name = "orders"
}
