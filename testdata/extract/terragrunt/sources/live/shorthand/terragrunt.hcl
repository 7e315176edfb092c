# Three names that are no folder: Terraform's way to name a registry module, which Terragrunt doesn't take. Invalid.
terraform {
  source = "terraform-aws-modules/vpc/aws"
}
