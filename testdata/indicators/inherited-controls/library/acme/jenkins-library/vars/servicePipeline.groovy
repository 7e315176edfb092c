def call(String name) {
  node {
    checkout scm
    sh 'npm test'
    sh 'trivy fs .'
  }
}
