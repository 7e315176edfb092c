resource "google_sql_database_instance" "stock" {
  name             = "stock"
  database_version = "POSTGRES_16"
}
