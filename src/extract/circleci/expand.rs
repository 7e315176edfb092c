//! Steps and jobs, with commands of the same document in the place of the steps that name them.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::arguments::Arguments;
use super::scope::{Orb, Scope};
use crate::extract::ci::{Reader, image_identity};
use crate::facts::GapReason;
use crate::origin::{Origin, Reference, image};
use crate::pipeline::{Job, Step};
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

/// How deep commands within commands are followed.
const MAX_DEPTH: usize = 20;
/// How many steps the jobs of one document come to: commands that name others twice multiply.
const MAX_STEPS: u32 = 20_000;

/// Steps that come with CircleCI; sorted.
const BUILT_IN: &[&str] = &[
    "add_ssh_keys",
    "attach_workspace",
    "checkout",
    "persist_to_workspace",
    "restore_cache",
    "save_cache",
    "setup_docker",
    "setup_remote_docker",
    "store_artifacts",
    "store_test_results",
];

/// A job or command of an orb that goes on with another configuration.
pub(super) struct Continuation<'r> {
    /// Identity of the job or command.
    pub(super) identity: String,
    /// What it is called with.
    pub(super) call: Option<Node<'r>>,
    /// What holds there.
    pub(super) arguments: Rc<Arguments<'r>>,
}

/// What is needed while the jobs of one document are put together.
pub(super) struct Expander<'a, 'r> {
    pub(super) reader: &'a mut Reader<'r, 'r>,
    /// The pipeline's own parameters.
    pub(super) pipeline: Rc<Arguments<'r>>,
    left: u32,
    /// Where a gap has been told: definitions are gone through once for each call.
    told: FxHashSet<usize>,
    /// The orb commands of the job at hand that may go on with another configuration.
    pub(super) orb_calls: Vec<Continuation<'r>>,
}

impl<'a, 'r> Expander<'a, 'r> {
    pub(super) fn new(reader: &'a mut Reader<'r, 'r>, pipeline: Arguments<'r>) -> Self {
        let told = FxHashSet::default();
        Expander { reader, pipeline: Rc::new(pipeline), left: MAX_STEPS, told, orb_calls: Vec::new() }
    }

    /// A job of the document, as a workflow's entry calls it.
    pub(super) fn job(&mut self, definition: Node<'r>, call: Option<Node<'r>>, scope: &Scope<'r>) -> Job {
        let arguments = Arguments::of_call(definition, call, &self.pipeline.clone(), &self.pipeline);
        let (image, shell) = self.machine(definition, scope, &arguments, 0);
        let mut steps = Vec::new();
        let shell = shell.unwrap_or_default();
        self.around(call, "pre-steps", scope, &shell, &mut steps);
        self.steps(definition.get("steps"), scope, &arguments, &shell, 0, &mut steps);
        self.around(call, "post-steps", scope, &shell, &mut steps);
        Job { image, steps, ..Job::default() }
    }

    /// The steps that a workflow puts before or after those of a job.
    pub(super) fn around(
        &mut self,
        call: Option<Node<'r>>,
        key: &str,
        scope: &Scope<'r>,
        shell: &str,
        found: &mut Vec<Step>,
    ) {
        let pipeline = self.pipeline.clone();
        self.steps(call.and_then(|it| it.get(key)), scope, &pipeline, shell, 0, found);
    }

    /// The image and the shell of what a job runs on: its own, else those of its executor.
    fn machine(
        &mut self,
        definition: Node<'r>,
        scope: &Scope<'r>,
        arguments: &Rc<Arguments<'r>>,
        depth: usize,
    ) -> (Option<String>, Option<String>) {
        let own_image = definition.get("docker").and_then(|it| it.items().next()).and_then(|it| it.get("image"));
        let own_image = own_image.and_then(|it| self.reader.yaml.text(it)).map(|text| {
            let Reference { origin, version: _ } = Reference::of(image::parse(&arguments.fill(text)));
            image_identity(&origin)
        });
        let machine = definition.get("machine");
        let own_shell = [Some(definition), machine, definition.get("macos")].into_iter().flatten();
        let own_shell = own_shell.filter_map(|it| it.get("shell").and_then(Node::text)).next();
        let own_shell = own_shell.map(|it| arguments.fill(it).into_owned());
        let mut executor = definition.get("executor").map(|it| (it, arguments.clone()));
        if let Some((node, _)) = &executor
            && let Some((given, within)) = node.text().and_then(|it| arguments.node(it))
        {
            executor = Some((*given, within.clone()));
        }
        let Some((executor, within)) = executor.filter(|_| depth < MAX_DEPTH) else { return (own_image, own_shell) };
        let name = executor.text().or_else(|| executor.get("name")?.text()).unwrap_or("");
        let name = within.fill(name).into_owned();
        let found = match name.split_once('/') {
            None => scope.executors.get(name.as_str()).copied(),
            Some((orb, name)) => match scope.orb(orb) {
                Some(Orb::Inline(scope)) => scope.executors.get(name).copied(),
                Some(Orb::Elsewhere(_) | Orb::Unknown) | None => None,
            },
        };
        let Some(found) = found else {
            let is_mistake = scope.is_whole && !name.is_empty() && !name.contains(['/', '$']);
            if is_mistake {
                self.missing(executor, &format!("no executor {name} here"));
            }
            return (own_image, own_shell);
        };
        let arguments = Arguments::of_call(found, Some(executor), &within, &self.pipeline);
        let (image, shell) = self.machine(found, scope, &arguments, depth + 1);
        // A virtual machine of the job's own takes the place of the executor's containers.
        let is_machine = machine.is_some() || definition.get("macos").is_some();
        (own_image.or(image.filter(|_| !is_machine)), own_shell.or(shell))
    }

    /// Adds the steps of a list.
    pub(super) fn steps(
        &mut self,
        steps: Option<Node<'r>>,
        scope: &Scope<'r>,
        arguments: &Rc<Arguments<'r>>,
        shell: &str,
        depth: usize,
        found: &mut Vec<Step>,
    ) {
        let Some(steps) = steps else { return };
        if let Some(text) = steps.text() {
            // `steps: << parameters.after >>`
            if let Some((steps, within)) = arguments.node(text).cloned() {
                self.within_limits(steps, depth, |it| it.steps(Some(steps), scope, &within, shell, depth + 1, found));
            } else if !text.contains("<<") {
                self.wrong_shape(steps, "steps is not a list");
            }
            return;
        }
        if steps.resolved().kind() != Kind::Sequence {
            return self.wrong_shape(steps, "steps is not a list");
        }
        for step in steps.items() {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            match step.resolved().kind() {
                Kind::Scalar => match step.text().map(|it| (it, arguments.node(it).cloned())) {
                    Some((_, Some((steps, within)))) => {
                        self.within_limits(steps, depth, |it| {
                            it.steps(Some(steps), scope, &within, shell, depth + 1, found);
                        });
                    }
                    Some((name, None)) => self.named(step, name, None, scope, arguments, shell, depth, found),
                    None => {}
                },
                Kind::Mapping => {
                    let Some((key, value)) = step.entries().into_iter().next() else { continue };
                    let name = self.reader.yaml.text(key).unwrap_or_default();
                    match name {
                        "run" | "deploy" => self.run(value, arguments, shell, found),
                        "when" | "unless" => {
                            let steps = value.get("steps");
                            self.within_limits(value, depth, |it| {
                                it.steps(steps, scope, arguments, shell, depth + 1, found);
                            });
                        }
                        "steps" => self.within_limits(value, depth, |it| {
                            it.steps(Some(value), scope, arguments, shell, depth + 1, found);
                        }),
                        _ => self.named(key, name, Some(value), scope, arguments, shell, depth, found),
                    }
                }
                Kind::Sequence => self.wrong_shape(step, "a step is a list"),
                Kind::Alias => {}
            }
        }
    }

    fn run(&mut self, run: Node<'r>, arguments: &Rc<Arguments<'r>>, shell: &str, found: &mut Vec<Step>) {
        let script = run.text().or_else(|| run.get("command")?.text());
        let Some(script) = script else { return self.wrong_shape(run, "run has no command") };
        let own = run.get("shell").and_then(Node::text).map(|it| arguments.fill(it));
        // A script of an orb's folder is put in when the orb is packed: it does what its name says.
        let file = script.trim().strip_prefix("<<").and_then(|it| it.trim().strip_prefix("include(")?.split_once(')'));
        let script = match file {
            Some((file, _)) => file.trim().into(),
            None => arguments.fill(script),
        };
        found.push(Step::Run(shell::commands_of(own.as_deref().unwrap_or(shell), &script)));
    }

    /// A step that names a command: of the document, of CircleCI, of an orb.
    #[expect(clippy::too_many_arguments, reason = "what holds around a step")]
    fn named(
        &mut self,
        at: Node<'r>,
        name: &str,
        call: Option<Node<'r>>,
        scope: &Scope<'r>,
        arguments: &Rc<Arguments<'r>>,
        shell: &str,
        depth: usize,
        found: &mut Vec<Step>,
    ) {
        if let Some(&command) = scope.commands.get(name) {
            return self.command(command, call, scope, arguments, shell, depth, found);
        }
        if BUILT_IN.binary_search(&name).is_ok() {
            return found.push(Step::Use(format!("circleci:{name}")));
        }
        let Some((alias, element)) = name.split_once('/') else {
            if scope.is_whole {
                self.missing(at, &format!("no command {name} here"));
            } else {
                found.push(Step::Call(format!("part:{name}")));
            }
            return;
        };
        match scope.orb(alias).cloned() {
            Some(Orb::Elsewhere(orb)) => {
                let identity = format!("{orb}/{element}");
                found.push(Step::Use(identity.clone()));
                self.given_steps(call, scope, arguments, shell, depth, found);
                self.orb_calls.push(Continuation { identity, call, arguments: arguments.clone() });
            }
            Some(Orb::Inline(orb)) => match orb.commands.get(element) {
                Some(&command) => self.command(command, call, &orb, arguments, shell, depth, found),
                None => self.missing(at, &format!("no command {element} in the orb {alias}")),
            },
            None if scope.is_whole => self.missing(at, &format!("no orb {alias} here")),
            Some(Orb::Unknown) | None => {
                found.push(Step::Call(format!("part:{name}")));
                self.given_steps(call, scope, arguments, shell, depth, found);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what holds around a step")]
    fn command(
        &mut self,
        command: Node<'r>,
        call: Option<Node<'r>>,
        scope: &Scope<'r>,
        around: &Rc<Arguments<'r>>,
        shell: &str,
        depth: usize,
        found: &mut Vec<Step>,
    ) {
        let arguments = Arguments::of_call(command, call, around, &self.pipeline);
        self.within_limits(command, depth, |it| {
            it.steps(command.get("steps"), scope, &arguments, shell, depth + 1, found);
        });
    }

    /// The steps that a call hands to an orb, which runs them among its own.
    pub(super) fn given_steps(
        &mut self,
        call: Option<Node<'r>>,
        scope: &Scope<'r>,
        arguments: &Rc<Arguments<'r>>,
        shell: &str,
        depth: usize,
        found: &mut Vec<Step>,
    ) {
        for (key, value) in call.map(Node::entries).unwrap_or_default() {
            let key = key.text().unwrap_or_default();
            let is_steps = || {
                let first = value.items().next().map(Node::resolved);
                first.is_some_and(|it| {
                    it.kind() == Kind::Mapping && (it.get("run").is_some() || it.get("when").is_some())
                })
            };
            let named_so = key.ends_with("steps") && !matches!(key, "pre-steps" | "post-steps");
            if value.resolved().kind() == Kind::Sequence && (named_so || is_steps() && !key.ends_with("steps")) {
                self.within_limits(value, depth, |it| {
                    it.steps(Some(value), scope, arguments, shell, depth + 1, found);
                });
            }
        }
    }

    /// Does what goes deeper, unless it goes too deep.
    fn within_limits(&mut self, at: Node<'r>, depth: usize, then: impl FnOnce(&mut Self)) {
        if depth < MAX_DEPTH {
            then(self);
        } else if self.told.insert(at.span().start) {
            let at = self.reader.yaml.file().at(at.span());
            self.reader.facts.gap(at, GapReason::TooComplex, "commands that name each other");
        }
    }

    /// Tells once that something is named that isn't there.
    pub(super) fn missing(&mut self, at: Node<'r>, detail: &str) {
        if !self.reader.yaml.is_broken && self.told.insert(at.span().start) {
            let at = self.reader.yaml.file().at(at.span());
            self.reader.facts.gap(at, GapReason::InvalidReference, detail);
        }
    }

    fn wrong_shape(&mut self, at: Node<'r>, detail: &str) {
        if self.told.insert(at.span().start) {
            self.reader.yaml.wrong_shape(Some(at), detail, self.reader.facts);
        }
    }
}

/// Whether a text says that what an origin names isn't known before something runs.
pub(super) fn is_open(text: &str) -> bool {
    text.contains("${{") || text.contains('$')
}

/// The place of a file that a setup goes on with; nothing where it is written by the setup itself.
pub(super) fn path_of(text: &str) -> Option<Origin> {
    let text = text.trim();
    if text.is_empty() || text.starts_with(['/', '~']) || is_open(text) || text.contains("<<") {
        return None;
    }
    Some(Origin::Local { path: crate::origin::terraform::resolve("", text) })
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted() {
        assert!(super::BUILT_IN.is_sorted());
    }
}
