resource "aws_db_instance" "shop" {
  engine = "postgres"
}

resource "kubernetes_job" "roles" {
  metadata {
    name = "roles"
  }
  spec {
    template {
      spec {
        container {
          name    = "psql"
          image   = "postgres:17-alpine"
          command = ["psql", "-f", "/roles/roles.sql"]
        }
      }
    }
  }
}
