module "queue" {
  source = "../../tf-shared/modules/queue"
}

module "elsewhere" {
  source = "../../elsewhere"
}
