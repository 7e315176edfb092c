# The repository is known of all of these; the ref is open.
module "both" {
  source = var.new ? "git::https://git.example.org/acme/vpc.git//net?ref=v${var.tag}" : "../../modules//vpc"
}

module "branch" {
  source = "git::https://git.example.org/acme/vpc.git?ref=release/${var.tag}"
}

module "depth" {
  source = "git::https://git.example.org/acme/vpc.git?ref=v${var.tag}&depth=1"
}

module "folder" {
  source = "git::https://git.example.org/acme/vpc.git?ref=v${var.tag}//net"
}

# Only the host and owner are known of this one.
module "name" {
  source = "git::https://git.example.org/acme/${var.name}.git?ref=v${var.tag}"
}
