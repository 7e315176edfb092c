package main

test_deny {
  deny["an owner is missing"] with input as {"tags": {}}
}
