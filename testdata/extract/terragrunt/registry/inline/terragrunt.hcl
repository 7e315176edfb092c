# registry.terraform.io, terraform-aws-modules/iam/aws, folder modules/iam-policy, exactly 4.3.0.
terraform {
  source = "tfr:///terraform-aws-modules/iam/aws//modules/iam-policy?version=4.3.0"
}
