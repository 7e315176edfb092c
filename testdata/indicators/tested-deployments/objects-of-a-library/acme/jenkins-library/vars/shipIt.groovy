def call(Map args) {
  def builder = args.builder
  def branches = [failFast: true]
  stage('Build') {
    builder.build()
  }
  branches['Unit tests'] = {
    builder.test()
  }
  stage('Checks') {
    parallel branches
  }
  stage('Deploy') {
    sh 'helm upgrade --install shop chart'
  }
}
