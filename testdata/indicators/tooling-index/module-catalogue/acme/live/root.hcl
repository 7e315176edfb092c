catalog {
  urls = ["git@github.com:acme/tf-modules.git"]
}
