terraform {
  required_providers {
    things = {
      source  = "acme/things"
      version = "~> 1.0"
    }
  }
}

resource "things_thing" "one" {}
