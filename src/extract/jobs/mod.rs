//! CI systems whose files in YAML or JSON say which jobs run which commands: one module a system, and here what they
//! have in common.
//!
//! What these systems bring with them (`codefresh/push`, `harness/K8sRollingDeploy`) is a step by the system's name and
//! the step's, and no use: nobody shares it.

pub(super) mod appveyor;
pub(super) mod bamboo;
pub(super) mod cirrus;
pub(super) mod cloud_build;
pub(super) mod codebuild;
pub(super) mod codefresh;
pub(super) mod codepipeline;
pub(super) mod gocd;
pub(super) mod harness;
pub(super) mod prow;
pub(super) mod screwdriver;
pub(super) mod semaphore;
pub(super) mod sourcehut;
pub(super) mod spinnaker;

use std::collections::BTreeSet;

use super::ci::{self, Reader, exact, identity};
use crate::facts::{Artifact, Context, Facts, GapReason, Marker, MarkerKind};
use crate::origin::path::joined;
use crate::origin::{Origin, Pin, Reference, Version, action};
use crate::pipeline::{Command, Job, Pipeline, Role, Step, System};
use crate::source::SourceFile;
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// Reads a file of one of these systems by the system's own reader.
pub(super) fn read(file: &SourceFile<'_>, facts: &mut Facts, by: for<'r> fn(&mut Reader<'r, 'r>)) {
    ci::read(file, facts, |mut reader| by(&mut reader));
}

/// Notes that there is a pipeline whose graph only running its code would tell. One in an example or a fixture runs
/// nowhere.
pub(super) fn mark_unread(file: &SourceFile<'_>, system: System, facts: &mut Facts) {
    if file.context() == Context::Production {
        let kind = MarkerKind::UnreadPipeline;
        facts.markers.push(Marker::of(file.start(), kind, system.id(), Context::Production));
    }
}

/// How deep lists within lists, groups within groups are followed.
const MAX_DEPTH: usize = 10;

/// How many jobs one job is said to wait for. Where a stage has more, nothing is learnt from the others.
const MAX_NEEDS: usize = 64;

/// How many lines of one script are read.
const MAX_LINES: usize = 10_000;

/// What a job waits for that begins when all of these have ended.
pub(super) fn waits_for(before: &[String]) -> Vec<String> {
    before.iter().take(MAX_NEEDS).cloned().collect()
}

/// A step that the system itself brings: `codefresh/push`.
pub(super) fn built_in(system: System, name: &str) -> Step {
    Step::Use(format!("{}/{name}", system.id()))
}

/// A template that only the server knows, by the name that its callers give.
pub(super) fn server_side(name: &str, version: Version) -> Reference {
    Reference { origin: Origin::ServerSide { name: name.to_owned() }, version }
}

/// The commands of a program with its arguments, as they are given apart.
pub(super) fn of_arguments<'t>(arguments: impl IntoIterator<Item = &'t str>) -> Vec<Command> {
    let quoted = arguments.into_iter().map(|it| format!("'{}'", it.replace('\'', r"'\''")));
    shell::commands_of("", &quoted.collect::<Vec<_>>().join(" "))
}

/// What runs side by side or one after the other until its system says more: a step, and what it waits for.
struct Unit {
    id: String,
    /// What it says it waits for; nothing where it says nothing.
    needs: Option<Vec<String>>,
    image: Option<String>,
    step: Option<Step>,
}

/// The jobs that units come to. As long as none says what it waits for they run one after another on one machine, and
/// are the steps of one job of this name. Once one does, each is a job: one that says nothing waits for all before it.
fn jobs_of(name: &str, units: Vec<Unit>) -> Vec<Job> {
    if units.iter().all(|unit| unit.needs.is_none()) {
        let steps: Vec<Step> = units.into_iter().filter_map(|unit| unit.step).collect();
        return if steps.is_empty() { Vec::new() } else { vec![Job { id: name.to_owned(), steps, ..Job::default() }] };
    }
    // What nobody waits for yet.
    let mut last: Vec<String> = Vec::new();
    let mut jobs = Vec::new();
    for Unit { id, needs, image, step } in units {
        let needs = match needs {
            Some(needs) => {
                last.retain(|it| !needs.contains(it));
                needs
            }
            None => {
                let needs = waits_for(&last);
                last.clear();
                needs
            }
        };
        last.push(id.clone());
        jobs.push(Job { id, needs, image, steps: step.into_iter().collect(), ..Job::default() });
    }
    jobs
}

impl<'r> Reader<'r, 'r> {
    /// The mapping that the file is, or a gap that says what it should be.
    fn expect(&mut self, what: &str) -> Option<Node<'r>> {
        let root = self.root();
        if root.is_none() {
            self.refuse(format!("not {what}: the file is not a mapping"));
        }
        root
    }

    /// Notes that the file isn't what its name says, unless its syntax is broken, which has its gap.
    fn refuse(&mut self, detail: impl Into<String>) {
        if !self.yaml.is_broken {
            self.facts.gap(self.yaml.file().at(0..0), GapReason::Syntax, detail);
        }
    }

    /// Adds a pipeline. `node` is what its fingerprint is of, and where it stands.
    fn pipeline(
        &mut self,
        system: System,
        node: Node<'r>,
        name: Option<&str>,
        triggers: BTreeSet<String>,
        role: Role,
        jobs: Vec<Job>,
    ) {
        let parts = Vec::new();
        let name = name.unwrap_or_default().to_owned();
        let file = self.yaml.file();
        let start = node.resolved().span().start;
        let is_whole = self.root().is_some_and(|root| root.span().start == start);
        let at = if is_whole { file.start() } else { file.at(start..start) };
        let (exact, context) = (exact(node), self.context);
        self.facts.pipelines.push(Pipeline {
            at,
            system,
            name,
            triggers,
            role,
            jobs,
            parts,
            stages: Vec::new(),
            exact,
            context,
        });
    }

    /// The lines of a script: a text, or texts in lists.
    fn lines(&mut self, node: Node<'r>, depth: usize, found: &mut Vec<&'r str>) {
        if found.len() >= MAX_LINES {
            return;
        }
        match node.resolved().kind() {
            Kind::Scalar => found.extend(self.yaml.text(node).filter(|it| !it.trim().is_empty())),
            Kind::Sequence if depth < MAX_DEPTH => {
                for item in node.items() {
                    self.lines(item, depth + 1, found);
                }
            }
            Kind::Mapping => self.yaml.wrong_shape(Some(node), "a command is not text", self.facts),
            Kind::Sequence | Kind::Alias => {}
        }
    }

    /// The commands of a text, or of the texts of a list, for a shell; nothing where there is no text.
    fn script(&mut self, shell: &str, node: Option<Node<'r>>) -> Option<Step> {
        let mut lines = Vec::new();
        self.lines(node?, 0, &mut lines);
        (!lines.is_empty()).then(|| Step::Run(shell::commands_of(shell, &lines.join("\n"))))
    }

    /// Adds a job's image and tells it without its version.
    fn job_image(&mut self, image: Option<Node<'r>>) -> Option<String> {
        self.image(image?).map(|it| ci::image_identity(&it)).filter(|it| !it.is_empty())
    }

    /// Adds a template that a job or a step calls, and tells it without its version.
    fn call(&mut self, node: Node<'r>, reference: Reference) -> String {
        let call = identity(&reference.origin);
        self.add(node, Artifact::CiTemplate, reference);
        call
    }

    /// Adds a file of the same repository that the pipeline includes or starts. `path` is from the repository's root.
    fn local(&mut self, node: Node<'r>, path: String) -> String {
        self.call(node, Reference { origin: Origin::Local { path }, version: Version::only(Pin::SameCommit) })
    }

    /// Adds a GitHub action, which some of these systems can run, and tells it without its version.
    fn github_action(&mut self, node: Node<'r>) -> Option<Step> {
        let text = self.yaml.text(node).filter(|it| !it.is_empty())?;
        let reference = Reference::of(action::parse(text));
        self.claim(node, &reference);
        let name = identity(&reference.origin);
        self.add(node, Artifact::CiAction, reference);
        Some(Step::Use(name))
    }

    /// The texts of a list of scalars, or the one text.
    fn words(&self, node: Option<Node<'r>>) -> Vec<&'r str> {
        let Some(node) = node else { return Vec::new() };
        let one = self.yaml.text(node).filter(|it| !it.is_empty());
        one.into_iter().chain(node.items().filter_map(|it| self.yaml.text(it))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, jobs_of, of_arguments};

    #[test]
    fn arguments_are_words_whatever_is_in_them() {
        let told = |it: &[&str]| of_arguments(it.iter().copied()).into_iter().map(String::from).collect::<Vec<_>>();
        assert_eq!(told(&["docker", "build", "-t", "it's; rm -rf", "."]), ["docker build"]);
        assert_eq!(told(&["bash", "-c", "make a && make b"]), ["make a", "make b"]);
        assert!(told(&[]).is_empty());
    }

    #[test]
    fn units_that_wait_are_jobs() {
        let unit = |id: &str, needs: Option<&[&str]>| Unit {
            id: id.to_owned(),
            needs: needs.map(|it| it.iter().map(|it| (*it).to_owned()).collect()),
            image: None,
            step: None,
        };
        let units = vec![unit("a", None), unit("b", Some(&[])), unit("c", Some(&["a"])), unit("d", None)];
        let told: Vec<String> =
            jobs_of("x", units).iter().map(|it| format!("{}<{}", it.id, it.needs.join(","))).collect();
        assert_eq!(told, ["a<", "b<", "c<a", "d<b,c"]);
        assert!(jobs_of("x", vec![unit("a", None)]).is_empty());
    }
}
