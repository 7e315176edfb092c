# Local units/queue.
unit "queue" {
  source = "../../units/queue"
  path   = "queue"
}
