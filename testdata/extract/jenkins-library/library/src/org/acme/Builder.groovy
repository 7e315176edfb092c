package org.acme

class Builder implements Serializable {
    def steps
    Builder(steps) { this.steps = steps }

    def image() {
        return steps.docker.image('x')
    }

    def run() {
        steps.withDockerContainer('ghcr.io/acme/builder:2') { steps.sh 'make' }
    }
}
