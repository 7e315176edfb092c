resource "opslevel_check_repository_file" "readme" {
  name = "Has a README"
}
# resource "opslevel_scorecard" "x" {
#   name = "x"
# }
