# Three calls.
module "brace"
  source = "./brace"
}

module "quote {
  source = "./quote"
}

module "comment" {
  source = "./comment"
}
/* never ended
