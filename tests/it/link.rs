//! Pipelines and what they include, from files to jobs: what extraction tells by name is found.

use std::path::Path;

use levelset::facts::Facts;
use levelset::pipeline::link::effective_jobs;
use levelset::pipeline::{Job, Pipeline, Step};

use crate::extract::{facts_in, repo};

/// The jobs of the main pipeline of a case, with what its repository has of the files that it includes.
fn jobs(case: &str) -> Vec<Job> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/extract/gitlab-pipeline").join(case);
    let facts: Facts = facts_in(&root, repo("case"));
    let at = |path: &str| facts.pipelines.iter().find(|it| &*it.at.path == path);
    let find = |(): (), call: &str| -> Option<((), &Pipeline)> { Some(((), at(call.strip_prefix("./")?)?)) };
    at(".gitlab-ci.yml").map(|it| effective_jobs((), it, &find)).unwrap_or_default()
}

/// `id image: commands`, with names of parts and calls as they are.
fn told(job: &Job) -> String {
    let steps = job.steps.iter().map(|step| match step {
        Step::Run(commands) => commands.iter().cloned().map(String::from).collect::<Vec<_>>().join("; "),
        Step::Use(identity) | Step::Call(identity) => identity.clone(),
    });
    let words: Vec<String> = job.image.iter().chain(&job.call).cloned().chain(steps).collect();
    format!("{}: {}", job.id, words.join(" | "))
}

#[test]
fn what_files_include_is_found_in_the_repository() {
    let told: Vec<String> = jobs("includes").iter().map(told).collect();
    let expected = [
        "lint: docker.io/library/node | npm run lint",
        "a: make a",
        "b: make b",
        "fast: make fast",
        // What isn't there, and what other repositories have.
        "include: ./ci/absent.yml",
        "include: ./ci/$SERVER_SIDE.yml",
        "include: acme/ci-templates/build.yml",
        "include: acme/ci-templates/deploy/helm.yml",
        "include: acme/${{}}",
        "include: acme/tools/scan.yml",
        "include: gitlab-org/gitlab/lib/gitlab/ci/templates/jobs/sast.gitlab-ci.yml",
        "include: acme/components/templates/release",
        "include: acme/components/templates/sign",
        "deploy: part:.helm | part:.k8s",
        "smoke: part:.helm/before_script | smoke.sh | part:.k8s/script",
        "child: ./ci/child.yml",
        "small: acme/ci-templates/machines/small.yml",
        "generated: ${{}}",
        "other: acme/deployer",
        "and another: acme/site",
    ];
    assert_eq!(told, expected);
}

#[test]
fn components_are_found_without_their_file() {
    let told: Vec<String> = jobs("components").iter().map(told).collect();
    assert_eq!(
        told,
        [
            "build-build: docker.io/library/golang | go build",
            "deploy: registry.example.org/deploy | deploy.sh",
            "include: ${{}}",
            "vet: go vet",
        ]
    );
}
