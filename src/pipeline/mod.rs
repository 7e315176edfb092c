//! The pipeline model that all CI systems are brought to, and its fingerprints.
//!
//! Extraction fills [`Pipeline`]; everything that judges (categories and purpose in [`steps`], fingerprints of structure
//! in [`shape`]) is computed from it by pure functions, so that a better judgement needs no new scan.
//!
//! What a step uses or a job calls is written without its version, so that two calls are the same call if their texts
//! are equal:
//!
//! | identity | what it is |
//! |---|---|
//! | `./path` | a file or folder of the same repository |
//! | `owner/name`, `owner/name/path` | another repository, or a file or folder in it; lower case |
//! | `docker://registry/repository` | an image |
//! | `orb:namespace/orb/name` | a command or a job of an orb in CircleCI's registry; lower case to the orb's name |
//! | `circleci:name`, `travis:deploy/name`, `travis:language/install` | a step that comes with the CI system |
//! | `part:name` | a part ([`Pipeline::parts`]) of this document or of one that it includes |
//! | `server:name`, `server:name/part` | what only the CI server's configuration knows by this name |
//! | `task:Name` | a task of Azure Pipelines, its own or an extension's; no owner has a colon in its name |
//! | `server:?/part` | what no template or library of the file is known to have: the server may |
//! | `server:a\|b/part` | what one of several has, and nothing tells which |
//! | `jenkins:step` | a step that comes with Jenkins or a plugin |
//! | `host/name` | an entry of a registry |

pub mod cluster;
pub mod drift;
pub mod effective;
pub mod gate;
pub mod library;
pub mod link;
pub(crate) mod scans;
pub mod shape;
pub(crate) mod stages;
pub mod steps;
pub mod triggers;
mod waits;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Context;
use crate::origin::Origin;
use crate::pipeline::gate::Gate;
use crate::source::Location;

/// One pipeline, or one template of pipelines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// The file it is defined in.
    pub at: Location,
    /// The CI system.
    pub system: System,
    /// The name it gives itself; empty where it gives none.
    pub name: String,
    /// What starts it: event names of the system (`push`, `pull_request`, `schedule`, `workflow_call`).
    pub triggers: BTreeSet<String>,
    /// Whether it runs, is called, or both.
    pub role: Role,
    /// Its jobs in file order.
    pub jobs: Vec<Job>,
    /// What it defines for its own jobs, and for those of pipelines that include it, and that runs only where a job
    /// names it: hidden jobs, commands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Job>,
    /// The order of the stages that its jobs name, where the file gives one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<String>,
    /// Fingerprint of the whole parsed document, whatever its key order, comments and quoting.
    pub exact: Fingerprint,
    /// What the place is evidence of.
    pub context: Context,
}

impl Pipeline {
    /// The templates that it calls, in place of jobs first, then in place of steps.
    pub fn calls(&self) -> impl Iterator<Item = &str> {
        let in_steps = self.jobs.iter().flat_map(|job| &job.steps).filter_map(|step| match step {
            Step::Call(call) => Some(call.as_str()),
            Step::Use(_) | Step::Run(_) => None,
        });
        self.jobs.iter().filter_map(|job| job.call.as_deref()).chain(in_steps)
    }
}

/// A CI system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// AppVeyor.
    Appveyor,
    /// Argo Workflows.
    ArgoWorkflows,
    /// Azure Pipelines.
    AzurePipelines,
    /// Atlassian Bamboo's specs.
    Bamboo,
    /// Bitbucket Pipelines.
    BitbucketPipelines,
    /// Buildkite.
    Buildkite,
    /// CircleCI.
    Circleci,
    /// Cirrus CI.
    Cirrus,
    /// Google Cloud Build.
    CloudBuild,
    /// AWS CodeBuild.
    Codebuild,
    /// AWS CodePipeline, as CloudFormation describes it.
    Codepipeline,
    /// Codefresh.
    Codefresh,
    /// Concourse.
    Concourse,
    /// Dagger modules.
    Dagger,
    /// Drone.
    Drone,
    /// Earthly.
    Earthly,
    /// Forgejo Actions and Gitea Actions.
    ForgejoActions,
    /// GitHub Actions.
    GithubActions,
    /// GitLab CI.
    GitlabCi,
    /// GoCD.
    Gocd,
    /// Harness.
    Harness,
    /// Jenkins.
    Jenkins,
    /// Prow.
    Prow,
    /// Screwdriver.
    Screwdriver,
    /// Semaphore.
    Semaphore,
    /// sourcehut builds.
    Sourcehut,
    /// Spinnaker.
    Spinnaker,
    /// TeamCity.
    Teamcity,
    /// Tekton, Pipelines-as-Code.
    Tekton,
    /// Travis CI.
    Travis,
    /// Woodpecker, Crow.
    Woodpecker,
}

impl System {
    /// The system whose files this one's are written like: what one runs, the other can.
    pub fn language(self) -> System {
        if self == System::ForgejoActions { System::GithubActions } else { self }
    }

    /// Whether what its pipelines do one after the other runs on one machine, however many jobs it has been told as.
    pub fn stages_share_a_machine(self) -> bool {
        self == System::Jenkins
    }

    /// The id, as outputs write it.
    pub fn id(self) -> &'static str {
        match self {
            System::Appveyor => "appveyor",
            System::ArgoWorkflows => "argo-workflows",
            System::AzurePipelines => "azure-pipelines",
            System::Bamboo => "bamboo",
            System::BitbucketPipelines => "bitbucket-pipelines",
            System::Buildkite => "buildkite",
            System::Circleci => "circleci",
            System::Cirrus => "cirrus",
            System::CloudBuild => "cloud-build",
            System::Codebuild => "codebuild",
            System::Codepipeline => "codepipeline",
            System::Codefresh => "codefresh",
            System::Concourse => "concourse",
            System::Dagger => "dagger",
            System::Drone => "drone",
            System::Earthly => "earthly",
            System::ForgejoActions => "forgejo-actions",
            System::GithubActions => "github-actions",
            System::GitlabCi => "gitlab-ci",
            System::Gocd => "gocd",
            System::Harness => "harness",
            System::Jenkins => "jenkins",
            System::Prow => "prow",
            System::Screwdriver => "screwdriver",
            System::Semaphore => "semaphore",
            System::Sourcehut => "sourcehut",
            System::Spinnaker => "spinnaker",
            System::Teamcity => "teamcity",
            System::Tekton => "tekton",
            System::Travis => "travis",
            System::Woodpecker => "woodpecker",
        }
    }

    /// The name, as its makers write it.
    pub fn name(self) -> &'static str {
        match self {
            System::Appveyor => "AppVeyor",
            System::ArgoWorkflows => "Argo Workflows",
            System::AzurePipelines => "Azure Pipelines",
            System::Bamboo => "Bamboo",
            System::BitbucketPipelines => "Bitbucket Pipelines",
            System::Buildkite => "Buildkite",
            System::Circleci => "CircleCI",
            System::Cirrus => "Cirrus CI",
            System::CloudBuild => "Cloud Build",
            System::Codebuild => "CodeBuild",
            System::Codepipeline => "CodePipeline",
            System::Codefresh => "Codefresh",
            System::Concourse => "Concourse",
            System::Dagger => "Dagger",
            System::Drone => "Drone",
            System::Earthly => "Earthly",
            System::ForgejoActions => "Forgejo Actions",
            System::GithubActions => "GitHub Actions",
            System::GitlabCi => "GitLab CI",
            System::Gocd => "GoCD",
            System::Harness => "Harness",
            System::Jenkins => "Jenkins",
            System::Prow => "Prow",
            System::Screwdriver => "Screwdriver",
            System::Semaphore => "Semaphore",
            System::Sourcehut => "sourcehut",
            System::Spinnaker => "Spinnaker",
            System::Teamcity => "TeamCity",
            System::Tekton => "Tekton",
            System::Travis => "Travis CI",
            System::Woodpecker => "Woodpecker",
        }
    }
}

impl System {
    /// Whether its pipelines have steps that may come from elsewhere one by one, as GitHub's actions do. Elsewhere
    /// steps come with a template, a library or an orb, which count as templates.
    pub fn has_actions(self) -> bool {
        match self {
            System::AzurePipelines
            | System::BitbucketPipelines
            | System::Buildkite
            | System::Codefresh
            | System::Drone
            | System::ForgejoActions
            | System::GithubActions
            | System::Screwdriver
            | System::Tekton
            | System::Woodpecker => true,
            System::Appveyor
            | System::ArgoWorkflows
            | System::Bamboo
            | System::Circleci
            | System::Cirrus
            | System::CloudBuild
            | System::Codebuild
            | System::Codepipeline
            | System::Concourse
            | System::Dagger
            | System::Earthly
            | System::GitlabCi
            | System::Gocd
            | System::Harness
            | System::Jenkins
            | System::Prow
            | System::Semaphore
            | System::Sourcehut
            | System::Spinnaker
            | System::Teamcity
            | System::Travis => false,
        }
    }
}

/// Whether a pipeline file runs, is called, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It runs by itself.
    Pipeline,
    /// It runs only when another pipeline calls it.
    Template,
    /// It runs by itself and can be called.
    Both,
}

/// One job: a unit that runs on one machine, or a call of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Its id within the pipeline.
    pub id: String,
    /// The ids of the jobs it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// GitLab: the stage that it says it is in. The stage before may have jobs of other files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// GitLab: whether it says itself what it waits for, be it nothing; else it waits for the stage before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_said: bool,
    /// The template it calls instead of having steps: identity without version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The image it runs in: identity without version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// What it does, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// What keeps it from running by itself once its pipeline has been started; see [`gate`] for what that means for the
    /// jobs behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// GitLab: whether it says itself when it runs, be it always; else what it extends says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gate_said: bool,
}

/// One step of a job.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// It uses an action, plugin or task: identity without version, as `actions/checkout`.
    Use(String),
    /// It runs commands.
    Run(Vec<Command>),
    /// It has a template's steps in its place: identity without version, as [`Job::call`] has it.
    Call(String),
}

/// One command of a script: the tool and, for tools that have them, the subcommand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", from = "String")]
#[schemars(with = "String")]
pub struct Command {
    /// The program, without folder: `terraform`.
    pub tool: String,
    /// The first words that say what it does: `plan`, `compose up`; empty where the tool has none.
    pub verb: String,
}

/// What is used, without its version: what makes two calls the same call.
pub fn identity(origin: &Origin) -> String {
    match origin {
        Origin::Local { path } => format!("./{path}"),
        Origin::Repo { host: _, owner, name, path } => in_repository(owner, name, path),
        Origin::Image { registry, repository } => format!("docker://{registry}/{repository}"),
        Origin::Dynamic { prefix, reason: _ } => format!("{prefix}${{{{}}}}"),
        Origin::Registry { host, name, path: _ } => format!("{host}/{name}"),
        Origin::Url { host, path } => format!("{host}/{path}"),
        Origin::ServerSide { name } => format!("server:{name}"),
        Origin::Invalid { .. } => String::new(),
    }
}

/// The identity of an image as a job names it: without `docker://`.
pub fn image_identity(origin: &Origin) -> String {
    let identity = identity(origin);
    identity.strip_prefix("docker://").map(str::to_owned).unwrap_or(identity)
}

/// The identity of a repository, or of a file or folder in it.
pub(crate) fn in_repository(owner: &str, name: &str, path: &str) -> String {
    let mut identity = String::with_capacity(owner.len() + name.len() + path.len() + 2);
    identity.extend([owner, "/", name]);
    if !path.is_empty() {
        identity.extend(["/", path]);
    }
    if identity.is_ascii() {
        identity.make_ascii_lowercase();
        return identity;
    }
    identity.to_lowercase()
}

impl Pipeline {
    /// Replaces identities of what is called, where they turn out to be those of something else.
    pub(crate) fn rename_calls(&mut self, new: &BTreeMap<String, String>) {
        let rename = |identity: &mut String| {
            if let Some(new) = new.get(identity) {
                identity.clone_from(new);
            }
        };
        for job in self.jobs.iter_mut().chain(&mut self.parts) {
            job.call.iter_mut().for_each(rename);
            for step in &mut job.steps {
                match step {
                    Step::Call(identity) => rename(identity),
                    Step::Use(_) | Step::Run(_) => {}
                }
            }
        }
    }
}

impl Command {
    /// The command as it is written: `terraform plan`.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.tool.len() + self.verb.len() + 1);
        text.push_str(&self.tool);
        if !self.verb.is_empty() {
            text.extend([" ", &self.verb]);
        }
        text
    }
}

impl From<Command> for String {
    fn from(it: Command) -> String {
        it.text()
    }
}

impl From<String> for Command {
    fn from(text: String) -> Command {
        let (tool, verb) = text.split_once(' ').unwrap_or((&text, ""));
        Command { tool: tool.to_owned(), verb: verb.to_owned() }
    }
}

/// A 128-bit fingerprint, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct Fingerprint(pub u128);

impl Fingerprint {
    /// The fingerprint of a canonical text.
    pub fn of(canonical: &[u8]) -> Self {
        Fingerprint(xxhash_rust::xxh3::xxh3_128(canonical))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl From<Fingerprint> for String {
    fn from(it: Fingerprint) -> String {
        it.to_string()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed = (text.len() == 32).then(|| u128::from_str_radix(&text, 16).ok()).flatten();
        parsed.map(Fingerprint).ok_or_else(|| format!("{text:?} is not a fingerprint of 32 hexadecimal digits"))
    }
}
