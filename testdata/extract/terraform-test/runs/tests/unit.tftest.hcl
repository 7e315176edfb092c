variables {
  name = "x"
}

run "setup" {
  module {
    source = "./tests/setup"
  }
}

run "registry" {
  module {
    source  = "acme/fixture/aws"
    version = "1.0.0"
  }
}

run "own" {
  command = plan
}
