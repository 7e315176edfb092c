name    = "queue"
version = "v0.4.0"
