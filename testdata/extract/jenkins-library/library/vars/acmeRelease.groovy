def call(String name) {
    acmeAgent {
        // What its own steps are known to have is told inside of their closures too.
        acmeScan(name)
        sh "make release NAME=${name}"
    }
}
