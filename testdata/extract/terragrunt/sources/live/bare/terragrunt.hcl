# A path without `./`: local, live/bare/parts/queue, which is there.
terraform {
  source = "parts/queue/aws"
}
