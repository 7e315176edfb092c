import org.acme.Builder

/**
 * Builds and deploys a service.
 *
 * @param name what the service is called
 */
def call(Map config = [:], Closure body = null) {
    def builder = new Builder(this)
    node(config.label ?: 'linux') {
        stage('Build') {
            checkout scm
            sh "make build NAME=${config.name}"
            acmeScan(config.name)
        }
        stage('Deploy') {
            if (config.get('dryRun')) { echo 'dry' } else { sh 'helm upgrade --install app ./chart' }
        }
        if (body) { body() }
        someStepOfAPlugin()
    }
}
