pipeline {
    agent any
    stages { stage('Nightly') { steps { sh 'make nightly' } } }
}
