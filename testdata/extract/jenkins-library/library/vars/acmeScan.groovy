def call(String image, boolean strict = false) {
    docker.image('aquasec/trivy:0.58.0').inside {
        sh "trivy image ${image}"
    }
}
