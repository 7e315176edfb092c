object Build : BuildType({
    steps { script { scriptContent = "make" }
