resource "docker_image" "web" {
  name = "ghcr.io/acme/web:1.2"
}
resource "docker_image" "made" {
  name = "acme/made"
  build { context = "." }
}
resource "docker_container" "web" {
  name  = "web"
  image = docker_image.web.image_id
}
resource "kubernetes_deployment_v1" "shop" {
  spec {
    template {
      spec {
        init_container {
          image = "busybox"
        }
        container {
          image = "ghcr.io/acme/shop:${var.tag}"
          env { name = "image" }
        }
        container { image = var.image }
      }
    }
  }
}
resource "aws_ecs_task_definition" "app" {
  container_definitions = jsonencode([
    {
      name  = "app"
      image = "public.ecr.aws/acme/app:3"
    },
    {
      image = "${local.registry}/proxy"
      name  = "proxy"
    },
  ])
}
resource "aws_ecs_task_definition" "old" {
  container_definitions = <<JSON
[
  {"name": "old", "image": "nginx:1.29", "environment": [{"name": "image", "value": "none/one"}]}
]
JSON
}
resource "google_cloud_run_v2_service" "api" {
  template {
    containers { image = var.fast ? "acme/fast:1" : "acme/slow:1" }
  }
}
resource "aws_imagebuilder_image" "none" {
  image = "acme/none"
}
resource "aws_ecs_task_definition" "short" {
  container_definitions = jsonencode([{ name = "short", image = "acme/short:4" }, { name = "none" }])
}
