# Expected: "vpc" is github.com acme/tf-modules//vpc at a commit that only an index says (dynamic here, where there is
# none). "relative" stays local with a gap: whose repository it is relative to isn't known here.
module "vpc" {
  source = "./modules/vpc"
}

module "relative" {
  source = "./relative"
}
