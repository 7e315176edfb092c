# Neither resource, call, variable nor output: no offer.
data "aws_region" "current" {}
locals { region = data.aws_region.current.name }
