def call(Map config) {
  node { sh "make ${config.name}" }
}
