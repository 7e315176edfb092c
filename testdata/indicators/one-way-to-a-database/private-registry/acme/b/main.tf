module "db" {
  source = "${var.modules}//rds"
  name   = "stock"
}
