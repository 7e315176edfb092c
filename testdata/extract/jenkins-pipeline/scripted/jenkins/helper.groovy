// Loaded by a pipeline.
def release(String version) {
    sh "git tag ${version} && git push origin ${version}"
}

return this
