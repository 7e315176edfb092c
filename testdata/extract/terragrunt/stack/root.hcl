# No unit that is made already includes it, but those that the stack makes do: its catalogue is a marker.
catalog {
  urls = ["git@github.com:acme/catalog.git"]
}
