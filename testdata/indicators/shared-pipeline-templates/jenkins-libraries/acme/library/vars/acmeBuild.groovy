def call() {
  sh 'make build'
}
