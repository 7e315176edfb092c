//! The vocabulary of what was seen in one repository. No judgement: whether a use is *shared*, an offer *documented
//! enough*, a pipeline *a copy* is decided later, in `org` and `measure`.
//!
//! [`Facts`] is also the wire format of `levelset facts`: one JSON line a repository, with [`FORMAT`] as its version.

mod finish;
mod gaps;
mod made;
mod markers;
mod objects;
mod repository;
pub(crate) mod sources;
mod switches;
mod uses;

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::gaps::{Gap, GapReason};
pub(crate) use self::made::chart_of;
pub use self::made::{Decisions, Made};
pub use self::markers::{Marker, MarkerKind, Mode, RunBy, Said, Weight};
pub use self::objects::{Managed, Object, ObjectTrait, Resource};
pub use self::repository::{FileCount, Identity, Listing, RepoFacts};
pub use self::sources::{Source, SourceKind};
pub use self::switches::{Demand, Setting, Switches};
pub use self::uses::{Artifact, Described, Family, Offer, OfferTrait, Use};
use crate::origin::Origin;
use crate::origin::terraform::redact;
use crate::pipeline::{Command, Fingerprint, Pipeline, Step, in_repository};
use crate::source::Location;

/// The version of the facts format. Raised when a field changes its meaning; facts of another version are refused.
pub const FORMAT: &str = "levelset-facts/1";

/// All that was seen in one repository at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Always [`FORMAT`].
    pub format: String,
    /// Which repository, and at which commit.
    pub repo: RepoFacts,
    /// How many files there were, and what became of them.
    pub files: FileCount,
    /// CI pipelines and pipeline templates.
    pub pipelines: Vec<Pipeline>,
    /// Actions that are made of steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// Everything that is used from somewhere: modules, templates, actions, charts, images.
    pub uses: Vec<Use>,
    /// Everything that others could use: modules, reusable workflows, actions, charts.
    pub offers: Vec<Offer>,
    /// Infrastructure resources written out by hand.
    pub resources: Vec<Resource>,
    /// What calls of Terraform modules give them, and what variables are where nobody does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<Switches>,
    /// Objects of Kubernetes, and of what looks like it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Object>,
    /// Scripts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<Script>,
    /// Where clusters take charts and manifests from, under names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// Evidence: what lies at a place, whose format it has, how it acts and what it says.
    pub markers: Vec<Marker>,
    /// The ownership rules of CODEOWNERS and OWNERS, in file order.
    pub owners: Vec<OwnerRule>,
    /// What the targets run that pipelines name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// Which versions and commits references are said to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolutions: Vec<Resolution>,
    /// What could not be read or understood.
    pub gaps: Vec<Gap>,
}

/// An action that is made of steps (`runs.using: composite`): they run in the job of whoever uses it, and in no pipeline of
/// its own repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The file it is defined in; its folder is what uses name.
    pub at: Location,
    /// Its steps in file order.
    pub steps: Vec<Step>,
    /// What the place is evidence of.
    pub context: Context,
}

/// One rule of a CODEOWNERS or OWNERS file; or an alias of OWNERS_ALIASES, which has no pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnerRule {
    /// Where it is written.
    pub at: Location,
    /// The pattern of paths.
    pub pattern: String,
    /// Users, teams, e-mail addresses, of OWNERS users and aliases without `@`; empty where the rule takes ownership away.
    pub owners: Vec<String>,
    /// GitLab: the section's name. Prow: the alias that the owners stand for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
}

/// What is written beside a reference to a repository, not in it: which version its commit is, in a comment, or which
/// commit its ref is locked to, in a lock file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// Where it is written.
    pub at: Location,
    /// The file whose references it is about.
    pub file: String,
    /// The host of the repository they name.
    pub host: String,
    /// The repository, `owner/name`, in lower case.
    pub name: String,
    /// The ref that they ask for.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The commit that the ref is locked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The tag that the commit is said to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// What a command runs that names a target of the repository: `make test`, `npm run lint`, `./build.sh`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Where the target is defined; the first, where the command names several.
    pub at: Location,
    /// The command, as pipelines have it.
    pub command: Command,
    /// What it runs, in order: what its targets need first included.
    pub runs: Vec<Command>,
}

/// A script of a shell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Which file.
    pub at: Location,
    /// How many simple commands it has.
    pub commands: u32,
    /// Fingerprint of its commands, without comments and blanks; absent where there are too few of them to tell a copy
    /// from a coincidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Fingerprint>,
    /// What the place is evidence of.
    pub context: Context,
}

/// What a place is evidence of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// What the repository is for.
    #[default]
    Production,
    /// An example for readers.
    Example,
    /// A test or its fixture.
    Test,
    /// Somebody else's code, kept here.
    Vendored,
    /// Written by a program.
    Generated,
    /// The text of a template, to be filled in.
    Template,
}

impl Context {
    /// Whether it is what the repository is for.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    pub(crate) fn is_production(&self) -> bool {
        *self == Context::Production
    }
}

impl Resolution {
    /// What a comment says of a commit in the same file.
    pub(crate) fn said(at: Location, host: &str, owner: &str, name: &str, commit: &str, tag: &str) -> Self {
        Resolution {
            file: at.path.to_string(),
            at,
            host: host.to_owned(),
            name: format!("{owner}/{name}").to_lowercase(),
            reference: commit.to_owned(),
            commit: None,
            tag: Some(tag.to_owned()),
        }
    }
}

impl Facts {
    /// Facts of a repository of which nothing has been seen yet.
    pub fn new(repo: RepoFacts) -> Self {
        Facts {
            format: FORMAT.to_owned(),
            repo,
            files: FileCount::default(),
            pipelines: Vec::new(),
            actions: Vec::new(),
            uses: Vec::new(),
            offers: Vec::new(),
            resources: Vec::new(),
            switches: Vec::new(),
            objects: Vec::new(),
            scripts: Vec::new(),
            sources: Vec::new(),
            markers: Vec::new(),
            owners: Vec::new(),
            targets: Vec::new(),
            resolutions: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Facts from a line that `levelset facts` wrote. The line may come from anywhere, so what holds of facts that were
    /// written here is made sure of: outputs rely on it.
    ///
    /// # Errors
    /// What is wrong with the line, and what to do.
    pub fn from_line(line: &str) -> anyhow::Result<Self> {
        match serde_json::from_str::<Facts>(line) {
            Ok(facts) if facts.format == FORMAT => {
                facts.check().context("not what `levelset facts` writes; write the file anew")?;
                Ok(facts)
            }
            read => {
                let value = serde_json::from_str::<serde_json::Value>(line).ok();
                let format = value.as_ref().and_then(|it| it.get("format")?.as_str()).filter(|it| *it != FORMAT);
                if let Some(format) = format {
                    bail!(
                        "facts of format {format:?}, but this version reads {FORMAT:?}; write them anew with this version"
                    );
                }
                read.context("not a line that `levelset facts` wrote; write the file anew")
            }
        }
    }

    /// What the types can't say: an identity names a repository, and places lie in a repository's files.
    fn check(&self) -> anyhow::Result<()> {
        let Facts {
            format: _,
            repo,
            files: _,
            pipelines,
            actions,
            uses,
            offers,
            resources,
            switches,
            objects,
            scripts,
            sources,
            markers,
            owners,
            targets,
            resolutions,
            gaps: _,
        } = self;
        let is_name = |it: &str| !matches!(it, "" | "." | "..");
        if let Some(Identity { host, owner, name }) = &repo.identity {
            let is_identity = is_name(host)
                && !host.contains('/')
                && owner.split('/').all(is_name)
                && is_name(name)
                && !name.contains('/');
            ensure!(is_identity, "{host:?}, {owner:?}, {name:?} are not host, owner and name of a repository");
        }
        // Gaps are only listed, and may stand for the repository as a whole.
        let places = pipelines
            .iter()
            .map(|it| &it.at)
            .chain(actions.iter().map(|it| &it.at))
            .chain(uses.iter().map(|it| &it.at))
            .chain(offers.iter().map(|it| &it.at))
            .chain(resources.iter().map(|it| &it.at))
            .chain(switches.iter().map(|it| &it.at))
            .chain(objects.iter().map(|it| &it.at))
            .chain(scripts.iter().map(|it| &it.at))
            .chain(sources.iter().map(|it| &it.at))
            .chain(markers.iter().map(|it| &it.at))
            .chain(owners.iter().map(|it| &it.at))
            .chain(targets.iter().map(|it| &it.at))
            .chain(resolutions.iter().map(|it| &it.at));
        for Location { path, line, column, end_line, end_column, line_hash: _ } in places {
            ensure!(path.split('/').all(is_name), "{path:?} is not a path in a repository");
            let begins = (*line, *column);
            ensure!(
                *line > 0 && *column > 0 && *end_column > 0 && begins <= (*end_line, *end_column),
                "{path:?}: {line}:{column} to {end_line}:{end_column} is no place in a file"
            );
        }
        for it in offers.iter().flat_map(|it| [it.inputs, it.outputs]) {
            ensure!(it.described <= it.total, "{} of {} can't be described", it.described, it.total);
        }
        Ok(())
    }

    /// The paths of what is declared, used and offered in production, some of them many times.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        let uses = self.uses.iter().filter(|it| it.context == Context::Production).map(|it| &it.at);
        let offers = self.offers.iter().filter(|it| it.context == Context::Production).map(|it| &it.at);
        let resources = self.resources.iter().filter(|it| it.context == Context::Production).map(|it| &it.at);
        let objects = self.objects.iter().filter(|it| it.context == Context::Production).map(|it| &it.at);
        uses.chain(offers).chain(resources).chain(objects).map(|it| &*it.path)
    }

    /// Leaves out everything that was seen in files of which `keep` says no; how much that was. How many files there
    /// were stays as it is.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) -> u64 {
        let Facts {
            format: _,
            repo: _,
            files: _,
            pipelines,
            actions,
            uses,
            offers,
            resources,
            switches,
            objects,
            scripts,
            sources,
            markers,
            owners,
            targets,
            resolutions,
            gaps,
        } = self;
        let mut n = 0;
        let mut keeps = |at: &Location| {
            let keeps = keep(&at.path);
            n += u64::from(!keeps);
            keeps
        };
        pipelines.retain(|it| keeps(&it.at));
        actions.retain(|it| keeps(&it.at));
        uses.retain(|it| keeps(&it.at));
        offers.retain(|it| keeps(&it.at));
        resources.retain(|it| keeps(&it.at));
        switches.retain(|it| keeps(&it.at));
        objects.retain(|it| keeps(&it.at));
        scripts.retain(|it| keeps(&it.at));
        sources.retain(|it| keeps(&it.at));
        markers.retain(|it| keeps(&it.at));
        owners.retain(|it| keeps(&it.at));
        targets.retain(|it| keeps(&it.at));
        resolutions.retain(|it| keeps(&it.at));
        gaps.retain(|it| keeps(&it.at));
        n
    }

    /// Makes room for what other threads saw in the same repository, so that nothing is moved twice.
    pub fn make_room_for(&mut self, others: &[&Facts]) {
        let sum = |length: fn(&Facts) -> usize| others.iter().map(|it| length(it)).sum();
        self.uses.reserve(sum(|it| it.uses.len()));
        self.offers.reserve(sum(|it| it.offers.len()));
        self.resources.reserve(sum(|it| it.resources.len()));
        self.switches.reserve(sum(|it| it.switches.len()));
        self.objects.reserve(sum(|it| it.objects.len()));
        self.markers.reserve(sum(|it| it.markers.len()));
    }

    /// Adds what another thread saw in the same repository.
    pub fn merge(&mut self, other: Facts) {
        let Facts {
            format: _,
            repo: _,
            files,
            pipelines,
            actions,
            uses,
            offers,
            resources,
            switches,
            objects,
            scripts,
            sources,
            markers,
            owners,
            targets,
            resolutions,
            gaps,
        } = other;
        self.files.merge(files);
        self.pipelines.extend(pipelines);
        self.actions.extend(actions);
        self.uses.extend(uses);
        self.offers.extend(offers);
        self.resources.extend(resources);
        self.switches.extend(switches);
        self.objects.extend(objects);
        self.scripts.extend(scripts);
        self.sources.extend(sources);
        self.markers.extend(markers);
        self.owners.extend(owners);
        self.targets.extend(targets);
        self.resolutions.extend(resolutions);
        self.gaps.extend(gaps);
    }

    /// Changes origins of uses, and with them the identities by which pipelines call what they use.
    pub(crate) fn change_origins(&mut self, mut change: impl FnMut(&mut Origin)) {
        let mut renamed: BTreeMap<String, String> = BTreeMap::new();
        let identity = |origin: &Origin| match origin {
            Origin::Repo { host: _, owner, name, path } => Some(in_repository(owner, name, path)),
            Origin::Dynamic { prefix, reason: _ } => Some(format!("{prefix}${{{{}}}}")),
            Origin::Image { .. }
            | Origin::Invalid { .. }
            | Origin::Local { .. }
            | Origin::Registry { .. }
            | Origin::ServerSide { .. }
            | Origin::Url { .. } => None,
        };
        for usage in &mut self.uses {
            let old = usage.artifact.is_ci().then(|| identity(&usage.origin)).flatten();
            change(&mut usage.origin);
            if let (Some(old), Some(new)) = (old, identity(&usage.origin))
                && old != new
            {
                renamed.insert(old, new);
            }
        }
        if !renamed.is_empty() {
            self.pipelines.iter_mut().for_each(|it| it.rename_calls(&renamed));
        }
    }

    /// The path that a use names where it names something in its own repository, by any spelling.
    pub fn local_path<'u>(&self, usage: &'u Use) -> Option<&'u str> {
        let own = self.repo.identity.as_ref();
        match &usage.origin {
            Origin::Local { path } => Some(path),
            Origin::Repo { host, owner, name, path } if own.is_some_and(|own| own.is(host, owner, name)) => Some(path),
            _ => None,
        }
    }

    /// Notes a gap.
    pub(crate) fn gap(&mut self, at: Location, reason: GapReason, detail: impl Into<String>) {
        let detail = detail.into();
        // A reason may quote what is written.
        let detail = if detail.contains("://") { redact(&detail).into_owned() } else { detail };
        self.gaps.push(Gap { at, reason, detail });
    }
}

#[cfg(test)]
mod tests {
    use super::{FORMAT, Facts};

    /// A line with this identity and a chart at this path and line.
    fn line(owner: &str, path: &str, line: u32) -> String {
        let location = format!(r#"{{"path":"{path}","line":{line},"column":1,"end_line":2,"end_column":1}}"#);
        let identity = format!(r#"{{"host":"github.com","owner":"{owner}","name":"shop"}}"#);
        format!(
            r#"{{"format":"{FORMAT}","repo":{{"identity":{identity},"folder":"shop","commit":null,"branch":null,
            "committed":null,"tags":[],"listing":"walked"}},"files":{{"seen":1,"recognised":{{}},"read":1,"symlinks":0,
            "submodules":0,"not_checked_out":0}},"pipelines":[],"uses":[],"offers":[],"resources":[],
            "markers":[{{"at":{location},"marker":"readme"}}],"owners":[],"gaps":[]}}"#
        )
    }

    #[test]
    fn lines_from_elsewhere_are_checked() {
        assert!(Facts::from_line(&line("group/sub", "docs/README.md", 1)).is_ok());
        for (line, says) in [
            (line("", "README.md", 1), r#""github.com", "", "shop" are not host, owner and name"#),
            (line("../..", "README.md", 1), r#""../..", "shop" are not host, owner and name"#),
            (line("acme", "/etc/passwd", 1), r#""/etc/passwd" is not a path"#),
            (line("acme", "../README.md", 1), r#""../README.md" is not a path"#),
            (line("acme", "README.md", 0), r#""README.md": 0:1 to 2:1 is no place"#),
            (line("acme", "README.md", 3), r#""README.md": 3:1 to 2:1 is no place"#),
            (line("acme", "README.md", 1).replace(FORMAT, "levelset-facts/0"), "facts of format"),
            ("{}".to_owned(), "not a line that `levelset facts` wrote"),
        ] {
            let error = format!("{:#}", Facts::from_line(&line).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }
}
