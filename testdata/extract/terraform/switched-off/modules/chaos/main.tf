resource "aws_fis_experiment_template" "stop" {
  description = "stops a task"
}
