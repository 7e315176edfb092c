# No `hunter2` in any fact.
module "password" {
  source = "git::https://ci:hunter2@git.example.org/acme/vpc.git?ref=v1.0.0"
}

module "token" {
  source = "git::https://hunter2@git.example.org/acme/vpc.git"
}

module "sshkey" {
  source = "git::ssh://git@git.example.org/acme/vpc.git?ref=v1.0.0&sshkey=hunter2"
}

module "s3" {
  source = "s3::https://s3.amazonaws.com/b/vpc.zip?aws_access_key_id=hunter2&aws_access_key_secret=hunter2"
}

module "dynamic" {
  source = "git::https://ci:hunter2@git.example.org/acme/${var.name}.git"
}

module "in_variable" {
  source = "git::https://ci:${var.token}@git.example.org/acme/vpc.git"
}

module "invalid" {
  source = "git::ssh://ci:hunter2@git.example.org:acme/vpc.git"
}
