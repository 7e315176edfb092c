jib.from.image = "eclipse-temurin:21-jre"
jib {
    to.image = "registry.acme.example/team/${project.name}:${project.version}"
}
