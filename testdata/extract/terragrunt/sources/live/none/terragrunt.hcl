# No source: the unit runs what lies in its own folder. No use, no gap.
terraform {
  extra_arguments "retry" {
    commands  = ["apply"]
    arguments = ["-lock-timeout=5m"]
  }
}

inputs = { name = "x" }
