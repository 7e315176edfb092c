module "this" {
  source = "../../"
}
