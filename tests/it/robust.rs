//! Whatever the bytes are: no panic, no endless work, and what can't be read is a gap. Every file of `testdata/`
//! truncated and with bytes changed, and inputs made to hurt, go through extraction as every kind they could be.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a harness that reads testdata")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use levelset::classify::{FileKind, Reading, kind, kinds};
use levelset::facts::{Context, Facts, Gap, Listing, RepoFacts};
use levelset::knowledge::built_in;
use levelset::origin::Origin;
use levelset::resolve::{Files, KnownFile, Questions, resolve};
use levelset::source::{Location, SourceFile};

use crate::extract::files;

/// The kinds whose content is read, with paths such files may have.
const READ: &[(FileKind, &str)] = &[
    (FileKind::AnsibleGalaxy, "requirements.yml"),
    (FileKind::AnsibleGalaxy, "galaxy.yml"),
    (FileKind::AnsibleGalaxy, "roles/web/meta/main.yml"),
    (FileKind::AnsiblePlaybook, "deploy/site.yml"),
    (FileKind::ArmTemplate, "arm/azuredeploy.json"),
    (FileKind::BicepFile, "infra/main.bicep"),
    (FileKind::CdkApp, "cdk.json"),
    (FileKind::CloudformationTemplate, "templates/main.yaml"),
    (FileKind::InfrastructureCandidate, "cfn/main.json"),
    (FileKind::PulumiProject, "Pulumi.yaml"),
    (FileKind::ServerlessService, "serverless.yml"),
    (FileKind::AppveyorPipeline, "appveyor.yml"),
    (FileKind::BambooPipeline, "bamboo-specs/bamboo.yml"),
    (FileKind::CirrusPipeline, ".cirrus.star"),
    (FileKind::CirrusPipeline, ".cirrus.yml"),
    (FileKind::CloudBuildPipeline, "cloudbuild.json"),
    (FileKind::CloudBuildPipeline, "cloudbuild.yaml"),
    (FileKind::CodebuildPipeline, "buildspec.yml"),
    (FileKind::CodefreshPipeline, "codefresh.yml"),
    (FileKind::DaggerModule, "dagger.json"),
    (FileKind::Earthfile, "Earthfile"),
    (FileKind::GocdPipeline, "shop.gocd.yaml"),
    (FileKind::ProwJobs, ".prow.yaml"),
    (FileKind::ScrewdriverPipeline, "screwdriver.yaml"),
    (FileKind::ScrewdriverPipeline, "sd-template.yaml"),
    (FileKind::SemaphorePipeline, ".semaphore/semaphore.yml"),
    (FileKind::SourcehutPipeline, ".build.yml"),
    (FileKind::SpinnakerPipeline, "dinghyfile"),
    (FileKind::TeamcityPipeline, ".teamcity/settings.kts"),
    (FileKind::BakeFile, "docker-bake.hcl"),
    (FileKind::BakeFile, "docker-bake.json"),
    (FileKind::BazelModule, "MODULE.bazel"),
    (FileKind::BuildpackProject, "project.toml"),
    (FileKind::ComposeFile, "compose.yaml"),
    (FileKind::ContainerUnit, "units/web.container"),
    (FileKind::DevContainer, ".devcontainer/devcontainer.json"),
    (FileKind::GradleBuild, "build.gradle"),
    (FileKind::GradleBuild, "build.gradle.kts"),
    (FileKind::HelmValues, "charts/app/values.yaml"),
    (FileKind::KoConfig, ".ko.yaml"),
    (FileKind::MavenProject, "pom.xml"),
    // Only their content tells.
    (FileKind::CodepipelineTemplate, "deploy/pipeline.yml"),
    (FileKind::HarnessPipeline, ".harness/pipeline.yaml"),
    (FileKind::AzurePipeline, "azure-pipelines.yml"),
    (FileKind::BatchScript, "deploy.cmd"),
    (FileKind::BitbucketPipeline, "bitbucket-pipelines.yml"),
    (FileKind::BuildkitePipeline, ".buildkite/pipeline.yml"),
    (FileKind::BuildkitePipeline, ".buildkite/pipeline.json"),
    (FileKind::ArgoWorkflow, "argo/workflow.yaml"),
    (FileKind::FleetBundle, "deploy/fleet.yaml"),
    (FileKind::Helmfile, "deploy/helmfile.yaml"),
    (FileKind::Kustomization, "deploy/kustomization.yaml"),
    (FileKind::Chart, "charts/app/Chart.yaml"),
    (FileKind::CircleciOrb, "src/@orb.yml"),
    (FileKind::CircleciPipeline, ".circleci/config.yml"),
    (FileKind::Codeowners, "CODEOWNERS"),
    (FileKind::Codeowners, ".github/CODEOWNERS"),
    (FileKind::ConcoursePipeline, "ci/pipeline.yml"),
    (FileKind::Dockerfile, "Dockerfile"),
    (FileKind::DronePipeline, ".drone.yml"),
    (FileKind::EvidenceFile, "renovate.json5"),
    (FileKind::EvidenceFile, "sentinel.hcl"),
    (FileKind::ForgejoWorkflow, ".forgejo/workflows/ci.yml"),
    (FileKind::GithubAction, "setup/action.yml"),
    (FileKind::GithubActionsLock, ".github/workflows/actions.lock"),
    (FileKind::GithubWorkflow, ".github/workflows/ci.yml"),
    (FileKind::GitlabPipeline, ".gitlab-ci.yml"),
    (FileKind::GitlabPipeline, ".gitlab/ci/build.yml"),
    (FileKind::JenkinsLibrary, "vars/build.groovy"),
    (FileKind::JenkinsPipeline, "Jenkinsfile"),
    (FileKind::OwnersFile, "OWNERS"),
    (FileKind::OwnersFile, "OWNERS_ALIASES"),
    (FileKind::KubernetesManifest, "apps/shop.yaml"),
    (FileKind::Justfile, "justfile"),
    (FileKind::Makefile, "Makefile"),
    (FileKind::PipelineCandidate, "jenkins/build.groovy"),
    (FileKind::PipelineCandidate, "jobs/build.yml"),
    (FileKind::PowershellScript, "scripts/vm.ps1"),
    (FileKind::Prose, "docs/deploy.adoc"),
    (FileKind::Prose, "docs/deploy.md"),
    (FileKind::Prose, "docs/deploy.rst"),
    (FileKind::Readme, "README.md"),
    (FileKind::ShellScript, "build.sh"),
    (FileKind::Taskfile, "Taskfile.yml"),
    (FileKind::TektonResource, ".tekton/push.yaml"),
    (FileKind::Terraform, "main.tf"),
    (FileKind::Terraform, "x_override.tf"),
    (FileKind::TerraformJson, "main.tf.json"),
    (FileKind::TerraformStack, "a.tfcomponent.hcl"),
    (FileKind::TerraformTest, "tests/a.tftest.hcl"),
    (FileKind::TerraformTest, "tests/a.tftest.json"),
    (FileKind::Terragrunt, "live/app/terragrunt.hcl"),
    (FileKind::Terragrunt, "live/terragrunt.stack.hcl"),
    (FileKind::TravisPipeline, ".travis.yml"),
    (FileKind::WoodpeckerPipeline, ".woodpecker/build.yaml"),
    (FileKind::Yaml, "apps/other.yaml"),
];

/// Files that are read where another file leaves something open, with paths that such files have.
const ASKED: &[&str] = &[
    ".circleci/config.yml",
    ".drone.yml",
    ".env",
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    ".gitmodules",
    "Jenkinsfile",
    "Makefile",
    "Taskfile.yml",
    "azure-pipelines.yml",
    "build.sh",
    "docker-bake.hcl",
    "docker-bake.json",
    "docker-compose.yml",
    "justfile",
];

#[test]
fn what_answers_questions_is_cut_or_changed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/extract");
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut paths = files(&root);
    paths.sort();
    let mut n_tried = 0;
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let in_case = path_in_case(path.strip_prefix(root.parent().unwrap()).unwrap());
        let Some(own) = kind(&in_case) else { continue };
        // These are read alone, and once more for what they say of other files.
        let is_read_twice = matches!(own, FileKind::BakeFile | FileKind::ComposeFile);
        if own.reading() == Reading::Never || own.reading() == Reading::Always && !is_read_twice {
            continue;
        }
        n_tried += 1;
        answer(&in_case, &bytes);
        for cut in 0..CUTS {
            answer(&in_case, &bytes[..bytes.len() * cut / CUTS]);
        }
        for _ in 0..CHANGES {
            answer(&in_case, &random.changed(&bytes));
        }
    }
    assert!(n_tried > 10, "only {n_tried} files that answer questions");
}

#[test]
fn answers_beyond_all_measure() {
    let n = 10_000;
    for path in ASKED {
        for text in [
            "(".repeat(n),
            "$(".repeat(n),
            "${".repeat(n),
            "${x:-".repeat(n),
            "${{".repeat(n),
            "{{".repeat(n),
            "<<".repeat(n),
            "a: [".repeat(n),
            "sh '".repeat(n),
            "sh \"\"\"".repeat(n),
            "dir('x') {".repeat(n),
            "git url: 'https://h.org/a/b', ".repeat(n),
            format!("A=x{}\ngit clone $A", "\nA=$A$A".repeat(n)),
            format!("A0=xxxxxxxx\n{}", (1..200).map(|i| format!("A{i}=$A{}$A{}\n", i - 1, i - 1)).collect::<String>()),
            format!(
                "A0 = xxxxxxxx\n{}x:\n\t$(A199)\n",
                (1..200).map(|i| format!("A{i} = $(A{})$(A{})\n", i - 1, i - 1)).collect::<String>()
            ),
            format!("x:\n{}", "\tcd a && git clone https://h.org/a/b\n".repeat(n)),
            format!("{}git clone $A", "A=$A ".repeat(n)),
            format!("a:\n{}", "  script: [git clone https://h.org/a/b modules]\n".repeat(n / 10)),
            format!("steps: [{}]", "{bash: \"git clone https://h.org/a/b\"}, ".repeat(n / 10)),
            (0..12)
                .map(|i| {
                    format!(
                        "{}strategy: {{matrix: {{a: {{x: 1}}, b: {{x: 2}}, c: {{x: 3}}, d: {{x: 4}}}}}}\n{}jobs:\n",
                        "  ".repeat(i),
                        "  ".repeat(i)
                    )
                })
                .collect(),
        ] {
            answer(path, text.as_bytes());
        }
    }
}

#[test]
fn modules_beyond_all_measure() {
    let outcomes = |depth: u32, text: &str| {
        let nested = |it: String, _| format!("(var.x ? {it} : {})", it.replace(text, &format!("{text}1")));
        (0..depth).fold(format!("\"{text}\""), nested)
    };
    let calls = |n: usize, body: &str| (0..n).map(|i| format!("module \"m{i}\" {{\n{body}\n}}\n")).collect::<String>();
    let names = |n: usize| (0..n).map(|i| format!("local.a{i}")).collect::<Vec<_>>().join(",");
    for (path, text) in [
        (
            "x.tf",
            format!(
                "locals {{\ns = {}\nv = {}\n}}\n{}",
                outcomes(9, "./m"),
                outcomes(9, "1."),
                calls(20, "source=local.s\nversion=local.v")
            ),
        ),
        ("x.tf", calls(1, &format!("source=\"./m\"\nversion=\"{}=\"", "&".repeat(500_000)))),
        ("x.tf", format!("locals {{\ns=\"./{}\"\n}}\n{}", "a/".repeat(500_000), calls(50, "source=local.s"))),
        ("x_override.tf", calls(30_000, "source=\"./m\"")),
        (
            "x.tf",
            format!(
                "locals {{\n{}l=[\"./m\",{}]\n}}\n{}",
                (0..1000).map(|i| format!("a{i}=1\n")).collect::<String>(),
                names(1000),
                calls(500, "source=local.l[0]")
            ),
        ),
        ("terragrunt.hcl", format!("catalog {{\nurls=[\"{}=\"]\n}}\n", "&".repeat(500_000))),
    ] {
        answer(path, text.as_bytes());
    }
}

/// A repository that asks for everything that can be asked, with one more file.
fn answer(path: &str, bytes: &[u8]) {
    let asking: [(&str, &[u8]); 2] = [
        ("main.tf", b"module \"a\" { source = \"./modules/a\" }\nmodule \"b\" { source = \"../b\" }\n"),
        ("Dockerfile", b"ARG A=1\nARG B\nFROM a:$A\nFROM ${B:-b}\n"),
    ];
    let mut facts = Facts::new(crate::extract::repo("case"));
    let mut questions = Questions::default();
    for (path, bytes) in asking {
        let file = SourceFile::new(path.into(), kind(path).unwrap(), Context::Production, bytes).unwrap();
        levelset::extract::extract(&file, &mut facts, &mut questions);
    }
    // What is read at all times may ask for something itself.
    if let Ok(file) = SourceFile::new(path.into(), kind(path).unwrap(), Context::Production, bytes) {
        levelset::extract::extract(&file, &mut facts, &mut questions);
    }
    let paths = ["main.tf", "Dockerfile", path];
    let known = paths.map(|path| KnownFile { path, kind: kind(path).unwrap(), context: Context::Production });
    let read = |wanted: &str| {
        let asked = asking.iter().find(|(path, _)| *path == wanted).map(|(_, bytes)| *bytes);
        Some(Ok(asked.unwrap_or(bytes).to_vec()))
    };
    let files = Files::new(known, &read);
    levelset::extract::read_includes(&mut facts, &mut questions, &files);
    resolve(&mut facts, &questions, &files);
    facts.finish();
}

/// At how many points every file is cut, and how many changed copies of it there are.
const CUTS: usize = 24;
const CHANGES: usize = 24;

/// What formats give a meaning to.
const PUNCTUATION: &[u8] = b"{}[]()<>\"'`\\/$%#@!&*|?:;,.=+-~^ \t\r\n\0\xff";

#[test]
fn every_kind_that_is_read_is_tried() {
    for &(expected, path) in READ {
        // What only content tells is a candidate by its path; what a table names is evidence besides what it is.
        let by_table = kinds(path, built_in());
        if by_table.is_some_and(|it| it.kind == expected || it.aside == Some(expected)) {
            continue;
        }
        let by_path = kind(path);
        let candidates = [FileKind::InfrastructureCandidate, FileKind::PipelineCandidate, FileKind::Yaml];
        assert!(by_path == Some(expected) || by_path.is_some_and(|it| candidates.contains(&it)), "{path}: {by_path:?}");
    }
    // The schema knows all kinds there are.
    let schema = serde_json::to_value(schemars::schema_for!(FileKind)).unwrap();
    let kinds = schema["oneOf"].as_array().unwrap().iter().map(|it| &it["const"]);
    let kinds: Vec<FileKind> = kinds.map(|name| serde_json::from_value(name.clone()).unwrap()).collect();
    let tried: BTreeSet<FileKind> = READ.iter().map(|(kind, _)| *kind).collect();
    assert!(kinds.len() > tried.len());
    for kind in kinds {
        assert_eq!((kind.reading() == Reading::Always), READ.iter().any(|(read, _)| *read == kind), "{kind:?}");
    }
}

#[test]
fn files_that_are_cut_or_changed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut paths = files(&root);
    paths.sort();
    paths.retain(|path| !path.ends_with("expect.json"));
    assert!(paths.len() > 10, "only {} files below testdata", paths.len());
    for (n, path) in paths.iter().enumerate() {
        let bytes = std::fs::read(path).unwrap();
        let in_case = path_in_case(path.strip_prefix(&root).unwrap());
        // The kind its path has; all kinds where it has none, and for every fourth file.
        let own = kind(&in_case).filter(|kind| (kind.reading() == Reading::Always) && n % 4 != 0);
        let kinds = own.map_or(READ.to_vec(), |own| vec![(own, in_case.as_str())]);
        for (kind, path) in kinds {
            extract(kind, path, &bytes);
            for cut in 0..CUTS {
                extract(kind, path, &bytes[..bytes.len() * cut / CUTS]);
            }
            for _ in 0..CHANGES {
                extract(kind, path, &random.changed(&bytes));
            }
        }
    }
}

#[test]
fn bytes_that_are_no_text() {
    for &(kind, path) in READ {
        for bytes in [&b""[..], b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\n", b"\r", b"\r\n", b" ", b"#"] {
            extract(kind, path, bytes);
        }
        for bytes in [&[0; 1 << 16][..], b"\0\xff\0\xff", b"n\0a\0m\0e\0:\0"] {
            let facts = extract(kind, path, bytes);
            assert_eq!(facts.gaps.len(), 1, "{path}: bytes that are no text must give a gap");
        }
    }
}

#[test]
fn nesting_beyond_all_measure() {
    for &(kind, path) in READ {
        for (open, close) in [
            ("!", ""),
            ("\"", "\""),
            ("${", "}"),
            ("${x:-", "}"),
            ("'", "'"),
            ("(", ")"),
            ("- ", ""),
            ("<", ">"),
            ("? ", ""),
            ("ONBUILD ", ""),
            ("[", "]"),
            ("a = \"${", "}\"\n"),
            ("a = [\n", "]\n"),
            ("a {\n", "}\n"),
            ("a: {", "}"),
            ("if x; then ", " fi"),
            ("{", "}"),
            ("{{", "}}"),
        ] {
            let deep = open.repeat(10_000);
            extract(kind, path, deep.as_bytes());
            extract(kind, path, format!("{deep}{}", close.repeat(10_000)).as_bytes());
            for head in [
                "FROM ",
                "ARG A=",
                "a: ",
                "a = ",
                "module \"x\" {\n source = ",
                "terraform {\n source = ",
                "jobs:\n  a:\n    uses: ",
            ] {
                extract(kind, path, format!("{head}{deep}").as_bytes());
            }
        }
    }
}

#[test]
fn indentation_beyond_all_measure() {
    let nested: String = (0..2_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    for &(kind, path) in READ {
        extract(kind, path, nested.as_bytes());
    }
}

#[test]
fn aliases_that_multiply() {
    let mut laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    let mut merges = "m0: &m0 {}\n".to_owned();
    for n in 1..200 {
        let before = n - 1;
        if n < 40 {
            writeln!(laughs, "a{n}: &a{n} [{}*a{before}]", format!("*a{before}, ").repeat(8)).unwrap();
        }
        writeln!(merges, "m{n}: &m{n}\n  <<: [*m{before}, *m0]\n  k{n}: 1").unwrap();
    }
    let uses = ["", "on: push\njobs:\n  x: *a39\n  y:\n    steps: *a39\n", "runs: *a39\ndependencies: *a39\n"];
    for &(kind, path) in READ {
        for used in uses {
            extract(kind, path, format!("{laughs}{used}").as_bytes());
        }
        extract(kind, path, format!("{merges}jobs: *m199\nruns: *m199\n").as_bytes());
        extract(kind, path, b"a: &a\n  b: *a\n  <<: *a\njobs: *a\n");
    }
}

#[test]
fn lines_beyond_all_measure() {
    let n = 200_000;
    for text in [
        format!("FROM {}\n", "a".repeat(n)),
        format!("FROM {}\n", "{{".repeat(n)),
        format!("FROM {}\n", "a@".repeat(n)),
        format!("FROM a\nRUN {}x\n", "--mount=from=b ".repeat(n / 10)),
        format!("FROM a\nRUN --x=😀 {}x\n", "--mount=from=b ".repeat(n / 10)),
        format!("FROM a\nRUN {}\n", "<<X ".repeat(n)),
        format!("FROM a\n{}", "RUN <<X\n".repeat(n / 10)),
        format!("FROM a\n{}", "RUN x \\\n".repeat(n)),
        format!("ARG A={}\n{}FROM $A\n", "a".repeat(500), "ARG A=$A$A\n".repeat(1_000)),
        format!("ARG A={}\n{}", "a".repeat(900), format!("FROM ${{A//{}b/c}}\n", "*a".repeat(400)).repeat(100)),
        "FROM a AS b\n".repeat(n / 10),
        format!("* {}\n", "@a ".repeat(n)),
        format!("* {}\n", "a ".repeat(n)),
        "[".repeat(n),
        "[A] @a\n".repeat(n / 10),
        format!("[A] {}\n{}", "@a ".repeat(100), "/x\n".repeat(n / 100)),
        format!("a: {}\n", "a".repeat(n)),
        format!("a: \"{}\n", "\\".repeat(n)),
        format!("on: push\njobs: {{{}}}\n", "a: {uses: a/b/.github/workflows/c.yml@v1}, ".repeat(n / 100)),
        format!("on: push\njobs: {{a: {{steps: [{}]}}}}\n", "{uses: a/b@v1}, ".repeat(n / 50)),
        format!("a = \"{}\n", "${a}".repeat(n / 4)),
        "module \"a\" { source = \"./a\" } ".repeat(n / 50),
        format!("dependencies: [{}]\n", "{name: a, version: 1}, ".repeat(n / 50)),
    ] {
        for &(kind, path) in READ {
            extract(kind, path, text.as_bytes());
        }
    }
}

#[test]
fn files_beyond_all_measure() {
    let yaml = "key: [1, 2, {a: b}]\n".repeat(5_000_000);
    assert_eq!(yaml.len(), 100_000_000);
    extract(FileKind::Chart, "Chart.yaml", yaml.as_bytes());
    extract(FileKind::GithubWorkflow, ".github/workflows/ci.yml", yaml.as_bytes());
    drop(yaml);
    extract(FileKind::Terraform, "main.tf", "{".repeat(50_000_000).as_bytes());
    extract(FileKind::Dockerfile, "Dockerfile", "RUN x \\\n".repeat(4_000_000).as_bytes());
}

/// Values that go through others, through files and back again: every walk ends, and what it can't tell is told.
#[test]
fn values_without_end() {
    let n = 5_000;
    let chain = |call: &str| {
        let locals: String = (0..n).map(|i| format!("  a{i} = upper(lower(local.a{}))\n", i + 1)).collect();
        format!("locals {{\n{locals}}}\n{call} {{\n  source = \"./${{local.a0}}\"\n}}\n")
    };
    let doubling = |call: &str| {
        let locals: String = (0..n).map(|i| format!("  a{i} = [local.a{0}, local.a{0}]\n", i + 1)).collect();
        format!("locals {{\n{locals}}}\n{call} {{\n  source = \"./${{local.a0[0]}}\"\n}}\n")
    };
    // 24 values deep, so that the bound on depth isn't what ends it.
    let wide = |call: &str| {
        let locals: String =
            (0..24).map(|i| format!("  a{i} = [{}]\n", format!("local.a{},", i + 1).repeat(40))).collect();
        format!("locals {{\n{locals}  a24 = \"x\"\n}}\n{call} {{\n  source = \"./${{local.a0}}\"\n}}\n")
    };
    for (kind, path, call) in [
        (FileKind::Terraform, "main.tf", "module \"x\""),
        (FileKind::Terragrunt, "live/app/terragrunt.hcl", "terraform"),
        (FileKind::Terragrunt, "live/terragrunt.stack.hcl", "unit \"x\""),
    ] {
        for text in [chain(call), doubling(call), wide(call)] {
            let facts = extract(kind, path, text.as_bytes());
            assert!(matches!(facts.uses[0].origin, Origin::Dynamic { .. }), "{path}: {:?}", facts.uses[0].origin);
        }
    }
    for text in [
        "include {\n  path = \"terragrunt.hcl\"\n}\n",
        "include \"a\" {\n  path = \"terragrunt.hcl\"\n  expose = true\n}\nterraform {\n  source = include.a.terraform.source\n}\n",
        "locals {\n  a = read_terragrunt_config(\"terragrunt.hcl\")\n  b = local.a.locals.b\n}\nterraform {\n  source = local.b\n}\n",
        "terraform {\n  source = read_terragrunt_config(\".\").terraform.source\n}\n",
        "inputs = read_terragrunt_config(\".\").inputs\nterraform {\n  source = read_terragrunt_config(\".\").inputs.x\n}\n",
        "locals {\n  a = read_terragrunt_config(\".\").locals\n}\nterraform {\n  source = local.a.a.a.a.a.a\n}\n",
    ] {
        let facts = extract(FileKind::Terragrunt, "live/app/terragrunt.hcl", text.as_bytes());
        assert!(!facts.gaps.is_empty(), "{text}: {facts:?}");
    }
}

/// The path in its case, which is a repository's root: what follows `extract/<kind>/<case>/`, or what there is.
fn path_in_case(path: &Path) -> String {
    let text = path.to_str().unwrap().replace('\\', "/");
    match text.strip_prefix("extract/").and_then(|rest| rest.splitn(3, '/').nth(2)) {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// What a file shows; a gap where its bytes are no text, as the walk notes it. Every place must be one of the file.
fn extract(kind: FileKind, path: &str, bytes: &[u8]) -> Facts {
    let mut facts = Facts::new(RepoFacts {
        identity: None,
        folder: String::new(),
        commit: None,
        branch: None,
        committed: None,
        tags: Vec::new(),
        listing: Listing::Walked,
        shallow: false,
    });
    let path: Arc<str> = path.into();
    match SourceFile::new(path.clone(), kind, Context::Production, bytes) {
        Ok(file) => {
            let mut questions = Questions::default();
            levelset::extract::extract(&file, &mut facts, &mut questions);
            let known = KnownFile { path: &path, kind, context: Context::Production };
            resolve(&mut facts, &questions, &Files::new([known], &|_| Some(Ok(bytes.to_vec()))));
        }
        Err(reason) => {
            let at = Location::whole_file(&path);
            facts.gaps.push(Gap { at, reason, detail: String::new() });
        }
    }
    facts.finish();
    let n_lines = bytes.iter().filter(|&&b| b == b'\n').count() as u32 + 1;
    let places = (facts.uses.iter().map(|it| &it.at))
        .chain(facts.offers.iter().map(|it| &it.at))
        .chain(facts.resources.iter().map(|it| &it.at))
        .chain(facts.owners.iter().map(|it| &it.at))
        .chain(facts.gaps.iter().map(|it| &it.at));
    for at in places {
        assert!(at.line >= 1 && at.column >= 1 && at.end_line <= n_lines, "{at:?} of {n_lines} lines");
        assert!((at.line, at.column) <= (at.end_line, at.end_column), "{at:?}");
    }
    facts
}

/// xorshift: the same numbers on every machine and in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    /// A copy with a few bits, bytes or stretches changed.
    fn changed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        for _ in 0..=self.below(4) {
            if changed.is_empty() {
                return changed;
            }
            let at = self.below(changed.len());
            match self.below(4) {
                0 => changed[at] ^= 1 << self.below(7),
                1 => changed[at] = PUNCTUATION[self.below(PUNCTUATION.len())],
                2 => changed.insert(at, PUNCTUATION[self.below(PUNCTUATION.len())]),
                _ => {
                    let end = (at + self.below(40)).min(changed.len());
                    let part = changed[at..end].to_vec();
                    changed.splice(at..at, part);
                }
            }
        }
        changed
    }
}
