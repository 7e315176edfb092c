module "rds" {
  source = "../../modules/rds"
  name   = "example"
}
