# Façade
terraform {
  source = "../modules/app"
}
