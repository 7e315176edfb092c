package main

deny[msg] {
  not input.tags.owner
  msg := "an owner is missing"
}
