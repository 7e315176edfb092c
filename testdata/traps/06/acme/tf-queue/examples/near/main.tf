module "queue" {
  source = "../../"
}
