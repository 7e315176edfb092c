resource "aws_instance" "shop" {
  subnet_id              = var.subnets[0]
  vpc_security_group_ids = [local.group]
  # What is named like it is another one.
  tags = { vpcs = local.vpcs_new, old = var.subnets_older }
}
