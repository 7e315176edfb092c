data "aws_iam_policy_document" "vendor" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::210987654321:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::210987654322:role/deploy"]
    }
  }
}

resource "aws_iam_role" "vendor" {
  assume_role_policy = jsonencode({
    Statement = [
      {
        Principal = { AWS = "arn:aws:iam::210987654323:root" }
        Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
      },
      {
        Principal = { AWS = "arn:aws:iam::210987654324:role/deploy" }
      },
    ]
  })
}

# Load balancers write their logs from an account of AWS.
resource "aws_s3_bucket_policy" "logs" {
  policy = jsonencode({ Statement = [{ Principal = { AWS = "arn:aws:iam::652711504416:root" } }] })
}

# Waiting changes nothing.
resource "null_resource" "wait" {
  provisioner "local-exec" {
    command = "sleep 30"
  }
}

# One place by hand: the command.
resource "null_resource" "label" {
  provisioner "local-exec" {
    command = "kubectl label namespace kube-system team=web"
  }
}

# What it runs isn't written out.
resource "null_resource" "script" {
  provisioner "local-exec" {
    command = var.command
  }
}

resource "null_resource" "request" {
  provisioner "local-exec" {
    command = "curl -X POST https://example.org/index"
  }
}
