terraform {
  source = "./own"
}
