open class Custom(target: String) : BuildType({
    steps { script { scriptContent = "make $target" } }
})
