tasks.named<BootBuildImage>("bootBuildImage") {
    builder.set("paketobuildpacks/builder-jammy-tiny")
    runImage = "ghcr.io/acme/run:1"
    imageName.set("ghcr.io/acme/spring:${version}")
}
tasks.named("other") {
    builder.set("acme/none")
}
