# Valid before Terraform 0.12: two calls, one resource, one input, no gap.
provider "aws" {
  version = "~> 2.0"
}

module "vpc" {
  source = "git::ssh://git@github.com/acme/vpc.git?ref=v0.1.0"
  cidr   = "${lookup(map("a", "10.0.0.0/8"), "${var.env}")}"
  tags   = "${merge(var.tags, map("Name", "x}"))}"

  providers = {
    "aws" = "aws.west"
  }
}

resource "aws_instance" "web" {
  count     = "${var.n > 1 ? 1 : 0}"
  user_data = "${file(\"boot.sh\")}"
  "ami"     = "ami-1"
  tags { Name = "web", Env = "${var.env}" }
}

module "dns" {
  source = "../dns"
}

variable "tags" { type = "map", default = {} }
