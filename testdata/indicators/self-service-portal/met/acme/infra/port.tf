resource "port_action" "create" {
  title = "New service"
}
