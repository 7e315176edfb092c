resource "aws_ecs_service" "shop" {
  name            = "shop"
  cluster         = "shop"
  task_definition = "shop:1"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}
