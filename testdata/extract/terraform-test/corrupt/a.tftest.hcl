run "x" {
  module {
    source = "./a
