module "db" {
  source  = "github.com/acme/tf-modules//modules/rds"
  name    = "orders"
}
