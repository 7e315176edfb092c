pipelineJob('shop') {
    definition { cps { script('node { sh "make" }') } }
}
