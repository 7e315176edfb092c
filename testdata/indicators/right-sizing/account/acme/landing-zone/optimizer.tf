resource "aws_computeoptimizer_enrollment_status" "all" {
  status                  = "Active"
  include_member_accounts = true
}
