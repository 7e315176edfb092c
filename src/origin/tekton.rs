//! What Tekton's resolvers and the annotations of Pipelines as Code name: tasks, pipelines and step actions.

use std::ops::Range;

use super::action::normalise;
use super::{Origin, Parsed, Pin, Reference, Version, WhyNot, git, image};

/// What is defined in an object of its own and can be named by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Definition {
    /// `Task`, and `ClusterTask` of old, which is a task for all namespaces.
    Task,
    /// `Pipeline`.
    Pipeline,
    /// `StepAction`.
    StepAction,
}

impl Definition {
    /// What `kubectl` calls it, in the singular.
    pub fn word(self) -> &'static str {
        match self {
            Definition::Task => "task",
            Definition::Pipeline => "pipeline",
            Definition::StepAction => "stepaction",
        }
    }

    /// The catalogue of the community on Artifact Hub.
    fn catalogue(self) -> &'static str {
        match self {
            Definition::Task => "tekton-catalog-tasks",
            Definition::Pipeline => "tekton-catalog-pipelines",
            Definition::StepAction => "tekton-catalog-stepactions",
        }
    }
}

/// Reads a reference by name alone: an object of the cluster.
pub fn named(definition: Definition, name: &str) -> Parsed {
    if let Some(start) = expression(name) {
        return Ok(Reference::dynamic(&name[..start], "the name is an expression"));
    }
    Ok(on_server(format!("{}/{name}", definition.word())))
}

/// Reads a reference to a remote: the resolver's name and its parameters.
///
/// # Errors
/// What the resolver refuses: above all parameters that it needs and that aren't there.
pub fn resolver<'p>(definition: Definition, resolver: &str, param: &dyn Fn(&str) -> Option<&'p str>) -> Parsed {
    match resolver {
        "git" => of_git(param),
        "bundles" => image::parse(param("bundle").ok_or("no `bundle`")?),
        "hub" => of_hub(definition, param),
        "http" => url(param("url").ok_or("no `url`")?),
        "cluster" => {
            let name = param("name").ok_or("no `name`")?;
            match param("namespace") {
                // Red Hat's distribution brings the tasks of this namespace along.
                Some("openshift-pipelines") => {
                    Ok(of_artifact_hub("redhat-tekton-tasks", name, Version::only(Pin::Default)))
                }
                Some(_) | None => named(definition, name),
            }
        }
        _ if expression(resolver).is_some() => Ok(Reference::dynamic("", "the resolver is an expression")),
        // One that the cluster's owner has installed.
        _ => Ok(on_server(format!("resolver/{resolver}"))),
    }
}

/// Git by URL, or by a forge's API with organisation and repository.
fn of_git<'p>(param: &dyn Fn(&str) -> Option<&'p str>) -> Parsed {
    let path = param("pathInRepo").ok_or("no `pathInRepo`")?;
    let revision = param("revision");
    let version = match revision {
        Some(revision) if expression(revision).is_some() => {
            Version { reference: Some(revision.to_owned()), ..Version::only(Pin::Dynamic) }
        }
        revision => Version::git(revision),
    };
    let written = match (param("url"), param("repo")) {
        (Some(_), Some(_)) => return Err("both `url` and `repo`".into()),
        (Some(url), None) => url.to_owned(),
        (None, Some(repo)) => {
            let Some(org) = param("org") else {
                return Ok(Reference::dynamic("", "`org` is configuration of the resolver"));
            };
            format!("{}/{org}/{repo}", param("serverURL").unwrap_or("https://github.com").trim_end_matches('/'))
        }
        (None, None) => return Ok(Reference::dynamic("", "`url` is configuration of the resolver")),
    };
    if is_own_repository(&written) {
        let local = Origin::Local { path: normalise(path) };
        return Ok(Reference { origin: local, version: Version::only(Pin::SameCommit) });
    }
    if let Some(start) = expression(&written) {
        return Ok(Reference::dynamic(&written[..start], "the repository is an expression"));
    }
    let Some(it) = git::parse(&written) else {
        return Err(WhyNot { reason: "not the URL of a git repository", version });
    };
    if let Some(start) = expression(path) {
        let prefix = format!("https://{}/{}/{}/{}", it.host, it.owner, it.name, &path[..start]);
        return Ok(Reference::dynamic(prefix, "the path is an expression"));
    }
    let origin = Origin::Repo { host: it.host, owner: it.owner, name: it.name, path: normalise(path) };
    Ok(Reference { origin, version })
}

/// What Pipelines as Code puts in for the repository that it runs for.
fn is_own_repository(url: &str) -> bool {
    let name = url.strip_prefix("{{").and_then(|it| it.strip_suffix("}}")).map(str::trim);
    matches!(name, Some("repo_url" | "source_url"))
}

/// Artifact Hub, or Tekton's own hub of old.
fn of_hub<'p>(definition: Definition, param: &dyn Fn(&str) -> Option<&'p str>) -> Parsed {
    let name = param("name").ok_or("no `name`")?;
    if let Some(start) = expression(name) {
        return Ok(Reference::dynamic(&name[..start], "the name is an expression"));
    }
    let definition = if param("kind") == Some("pipeline") { Definition::Pipeline } else { definition };
    let version = hub_version(param("version"));
    match param("type") {
        Some("artifact") | None => {
            Ok(of_artifact_hub(param("catalog").unwrap_or(definition.catalogue()), name, version))
        }
        Some("tekton") => {
            let name = format!("{}/{}/{name}", param("catalog").unwrap_or("Tekton"), definition.word());
            Ok(Reference { origin: registry("hub.tekton.dev", name), version })
        }
        Some(_) => Err(WhyNot { reason: "a hub of a type that the resolver doesn't know", version }),
    }
}

/// A version of a hub is one version, in two or three parts; since 2023 it may be a constraint too.
fn hub_version(text: Option<&str>) -> Version {
    let pin = match text {
        None => Pin::Default,
        Some(text) if expression(text).is_some() => Pin::Dynamic,
        Some(text) if text.contains(['<', '>', '=', '~', '^', '*', '|', ',']) => Pin::Range,
        Some("latest") => Pin::FloatingTag,
        Some(_) => Pin::Exact,
    };
    Version { constraint: text.map(str::to_owned), ..Version::only(pin) }
}

/// A task of Artifact Hub.
pub(crate) fn of_artifact_hub(catalogue: &str, name: &str, version: Version) -> Reference {
    Reference { origin: registry("artifacthub.io", format!("{catalogue}/{name}")), version }
}

/// Reads the URL of a file that has a definition. One of a file in a repository of a forge, as its pages and its raw
/// files have them, is that file.
///
/// # Errors
/// What is no URL.
pub fn url(text: &str) -> Parsed {
    let text = text.trim();
    if let Some(start) = expression(text) {
        return Ok(Reference::dynamic(&text[..start], "the URL is an expression"));
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or("not a URL")?;
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    if host.is_empty() || path.is_empty() {
        return Err("not the URL of a file".into());
    }
    if let Some((repository, reference, file)) = file_of_forge(&host, path)
        && let Some(it) =
            git::repository(if host == "raw.githubusercontent.com" { "github.com" } else { &host }, &repository)
    {
        let origin = Origin::Repo { host: it.host, owner: it.owner, name: it.name, path: normalise(file) };
        return Ok(Reference { origin, version: Version::git(Some(&reference)) });
    }
    Ok(Reference { origin: Origin::Url { host, path: path.to_owned() }, version: Version::only(Pin::Default) })
}

/// Repository, ref and path of a file by its path on a forge.
fn file_of_forge<'t>(host: &str, path: &'t str) -> Option<(String, String, &'t str)> {
    let split = |text: &'t str| text.split_once('/').filter(|(first, rest)| !first.is_empty() && !rest.is_empty());
    if host == "raw.githubusercontent.com" {
        let (owner, rest) = split(path)?;
        let (name, rest) = split(rest)?;
        let (reference, file) = git_ref(rest)?;
        return Some((format!("{owner}/{name}"), reference, file));
    }
    // GitLab; then Gitea, which says what its ref is; then GitHub and Bitbucket.
    if let Some((repository, rest)) = path.split_once("/-/") {
        let (_, rest) = split(rest).filter(|(page, _)| matches!(*page, "raw" | "blob"))?;
        let (reference, file) = git_ref(rest)?;
        return Some((repository.to_owned(), reference, file));
    }
    let (owner, rest) = split(path)?;
    let (name, rest) = split(rest)?;
    let (page, rest) = split(rest)?;
    let repository = format!("{owner}/{name}");
    let (what, inner) = split(rest)?;
    match (page, what) {
        ("raw" | "src", "branch" | "tag" | "commit") => {
            let (reference, file) = split(inner)?;
            let kind = match what {
                "branch" => "refs/heads/",
                "tag" => "refs/tags/",
                _ => "",
            };
            Some((repository, format!("{kind}{reference}"), file))
        }
        ("raw" | "blob" | "src", _) => git_ref(rest).map(|(reference, file)| (repository, reference, file)),
        _ => None,
    }
}

/// A ref and what follows it; `refs/heads/main` has slashes of its own, other refs are taken for one part.
fn git_ref(text: &str) -> Option<(String, &str)> {
    let parts = if text.starts_with("refs/heads/") || text.starts_with("refs/tags/") { 3 } else { 1 };
    let (at, _) = text.match_indices('/').nth(parts - 1)?;
    (at > 0 && at + 1 < text.len()).then(|| (text[..at].to_owned(), &text[at + 1..]))
}

/// The entries of an annotation's value, by their places in it: `a`, or a list without quotes, `[a, b]`.
pub fn annotated(value: &str) -> Vec<Range<usize>> {
    let start = value.len() - value.trim_start().len();
    let end = value.trim_end().len();
    let list = value.get(start..end).and_then(|it| it.strip_prefix('[')).and_then(|it| it.strip_suffix(']'));
    let (mut at, text) = match list {
        Some(list) => (start + 1, list),
        None if start < end => return std::iter::once(start..end).collect(),
        None => return Vec::new(),
    };
    let mut found = Vec::new();
    for entry in text.split(',') {
        let (from, to) = (at + (entry.len() - entry.trim_start().len()), at + entry.trim_end().len());
        if from < to {
            found.push(from..to);
        }
        at += entry.len() + 1;
    }
    found
}

/// Reads one entry of an annotation of Pipelines as Code: a URL, a file of the repository, a name of a hub that the
/// server knows (`acme://lint:0.2`), or one of its default hub (`git-clone:0.9`).
///
/// # Errors
/// What names nothing.
pub fn annotation(definition: Definition, entry: &str) -> Parsed {
    let entry = entry.trim();
    if entry.starts_with("https://") || entry.starts_with("http://") {
        return url(entry);
    }
    if let Some(start) = expression(entry) {
        return Ok(Reference::dynamic(&entry[..start], "the name is an expression"));
    }
    let versioned = |text: &'_ str| match text.split_once(':') {
        Some((name, version)) => (name.to_owned(), hub_version(Some(version))),
        None => (text.to_owned(), hub_version(None)),
    };
    if let Some((catalogue, name)) = entry.split_once("://") {
        let (name, version) = versioned(name);
        if catalogue.is_empty() || name.is_empty() {
            return Err("not the name of a hub's entry".into());
        }
        let name = format!("catalog/{catalogue}/{}/{name}", definition.word());
        return Ok(Reference { origin: Origin::ServerSide { name }, version });
    }
    if entry.contains('/') {
        let local = Origin::Local { path: normalise(entry) };
        return Ok(Reference { origin: local, version: Version::only(Pin::SameCommit) });
    }
    let (name, version) = versioned(entry);
    if name.is_empty() {
        return Err("no name".into());
    }
    Ok(of_artifact_hub(definition.catalogue(), &name, version))
}

fn on_server(name: String) -> Reference {
    Reference { origin: Origin::ServerSide { name }, version: Version::only(Pin::Default) }
}

fn registry(host: &str, name: String) -> Origin {
    Origin::Registry { host: host.to_owned(), name, path: String::new() }
}

/// Where the first expression stands, of Tekton or of Pipelines as Code.
fn expression(text: &str) -> Option<usize> {
    [text.find("$("), text.find("{{")].into_iter().flatten().min()
}

/// The tasks of the community's catalogue; sorted. Clusters have them under these names, so that a name alone says
/// nothing of the cluster's owner.
const CATALOGUE: &[&str] = &[
    "42crunch-api-security-audit",
    "ai-code-review",
    "anchore-cli",
    "ansible-builder",
    "ansible-runner",
    "ansible-tower-cli",
    "argocd-task-connect-repo",
    "argocd-task-sync-and-wait",
    "asciidoctor",
    "aws-cli",
    "aws-ecr-login",
    "az",
    "bentoml",
    "black",
    "blue-green-deploy",
    "boskos-acquire",
    "boskos-release",
    "buildah",
    "buildah-manifest-create",
    "buildah-manifest-push",
    "buildkit",
    "buildkit-daemonless",
    "buildpacks",
    "buildpacks-phases",
    "check-make",
    "cloudevent",
    "codecov",
    "conftest",
    "create-github-release",
    "create-gitlab-release",
    "curl",
    "datree",
    "docker-build",
    "dockerslim-build",
    "eks-cluster-create",
    "eks-cluster-teardown",
    "flake8",
    "gcloud",
    "gcs-create-bucket",
    "gcs-delete-bucket",
    "gcs-download",
    "gcs-generic",
    "gcs-upload",
    "generate-build-id",
    "git-batch-merge",
    "git-cli",
    "git-clone",
    "git-rebase",
    "git-version",
    "gitea-set-status",
    "github-add-comment",
    "github-add-gist",
    "github-add-labels",
    "github-app-token",
    "github-close-issue",
    "github-create-deployment",
    "github-create-deployment-status",
    "github-open-pr",
    "github-request-reviewers",
    "github-set-status",
    "gitlab-add-label",
    "gitlab-set-status",
    "gitleaks",
    "gke-cluster-create",
    "gke-deploy",
    "gogit",
    "golang-build",
    "golang-fuzz",
    "golang-test",
    "golangci-lint",
    "goreleaser",
    "gradle",
    "grype",
    "hadolint",
    "helm-conftest",
    "helm-render-manifests-from-repo",
    "helm-upgrade-from-repo",
    "helm-upgrade-from-source",
    "hugo",
    "ibmcloud",
    "istio-canary-release",
    "jenkins",
    "jib-gradle",
    "jib-maven",
    "jira-get-ticket-status",
    "jq",
    "jumpstarter-get-lease",
    "jumpstarter-release-lease",
    "jumpstarter-run-cmd",
    "kamel-run",
    "kaniko",
    "kind",
    "kn",
    "kn-apply",
    "ko",
    "kube-linter",
    "kubeconfig-creator",
    "kubectl-deploy-pod",
    "kubernetes-actions",
    "kubeval",
    "kythe-go",
    "makisu",
    "markdown-lint",
    "maven",
    "mypy-lint",
    "nexus-lifecycle-scan",
    "npm",
    "oci-cli",
    "openshift-client",
    "openshift-client-kubecfg",
    "openshift-client-python",
    "openshift-install",
    "openshift-uninstall",
    "oracle-cloud-storage-download",
    "oracle-cloud-storage-upload",
    "orka-deploy",
    "orka-full",
    "orka-init",
    "orka-teardown",
    "pluto",
    "powershell",
    "prettier",
    "prometheus-gate",
    "pull-request",
    "pylint",
    "pytest",
    "python-boto3-aws",
    "python-coverage",
    "python-sdk-azure",
    "redhat-codeready-dependency-analysis",
    "redhat-dependency-analytics",
    "remote-scp",
    "remote-ssh-commands",
    "replace-tokens",
    "rhacs-deployment-check",
    "rhacs-generic",
    "rhacs-image-check",
    "rhacs-image-scan",
    "rhacs-m2m-authenticate",
    "robot-framework",
    "rsync",
    "ruby-lint",
    "s2i",
    "scorecard",
    "send-to-channel-slack",
    "send-to-microsoft-teams",
    "send-to-telegram",
    "send-to-webex-room",
    "send-to-webhook-discord",
    "send-to-webhook-slack",
    "sendmail",
    "shellcheck",
    "shp",
    "skopeo-copy",
    "sonarqube-scanner",
    "stackrox-image-check",
    "stackrox-image-scan",
    "syft",
    "tekton-catalog-publish",
    "tekton-operator-install",
    "terraform-cli",
    "tkn",
    "trigger-jenkins-job",
    "trivy-scanner",
    "ts-lint",
    "upload-pypi",
    "valint",
    "wget",
    "write-file",
    "yaml-lint",
    "yq",
];

/// Whether a task of this name is in the community's catalogue.
pub(crate) fn is_in_catalogue(task: &str) -> bool {
    CATALOGUE.binary_search(&task).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{CATALOGUE, Definition, annotated, annotation, url};

    #[test]
    fn the_table_is_sorted() {
        assert!(CATALOGUE.is_sorted());
    }

    #[test]
    fn entries_of_annotations() {
        for (value, expected) in [
            ("git-clone", vec!["git-clone"]),
            (" [git-clone, ./a.yaml ,b:0.1] ", vec!["git-clone", "./a.yaml", "b:0.1"]),
            ("[a,,b]", vec!["a", "b"]),
            ("[]", vec![]),
            ("", vec![]),
            ("[a", vec!["[a"]),
        ] {
            let found: Vec<&str> = annotated(value).into_iter().map(|it| &value[it]).collect();
            assert_eq!(found, expected, "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[a:/@$(){},.\\[\\] -]{0,16}|https://[a/-]{0,9}raw[a/-]{0,9}") {
            let _ = (annotation(Definition::Task, &text), url(&text), annotated(&text));
        }
    }
}
