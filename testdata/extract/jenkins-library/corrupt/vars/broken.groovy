def call(Map config) {
    sh '''make
}
