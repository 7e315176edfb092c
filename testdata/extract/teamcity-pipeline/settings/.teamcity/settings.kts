import jetbrains.buildServer.configs.kotlin.*
import jetbrains.buildServer.configs.kotlin.buildSteps.*

version = "2024.03"

project {
    buildType(Build)
    buildType(Deploy)
    template(Base)
}

object Build : BuildType({
    templates(Base, AbsoluteId("Acme_Golden"))
    name = "Build" // not the id
    vcs { root(DslContext.settingsRoot) }
    steps {
        script {
            name = "Test"
            scriptContent = """
                npm ci
                npm test
            """.trimIndent()
            dockerImage = "node:20"
        }
        gradle {
            tasks = "clean assemble"
        }
        dockerCommand {
            commandType = build {
                source = file { path = "Dockerfile" }
            }
        }
    }
    triggers {
        vcs { branchFilter = "+:*" }
        schedule { }
    }
})

object Deploy : BuildType({
    steps {
        script { scriptContent = "helm upgrade --install shop ./chart" }
        step {
            type = "ssh-exec-runner"
        }
    }
    dependencies {
        snapshot(Build) { reuseBuilds = ReuseBuilds.NO }
        artifacts(acme.builds.Docs) { artifactRules = "a => b" }
        dependency(AbsoluteId("Acme_Infra_Plan")) { snapshot { } }
    }
})

object Base : Template({
    steps {
        script { scriptContent = "make prepare" }
    }
})
