module "latin" {
  source = "./é"
}
