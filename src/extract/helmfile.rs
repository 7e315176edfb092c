//! A helmfile → its repositories, its releases, and the files that it is made of.
//!
//! A helmfile is a template of several documents that are laid over each other: a later list of repositories or releases
//! takes the place of an earlier one, while the files in `bases` come before them and are added to. What only rendering
//! tells (values of environments) stays an expression; the name of a release, which templates often name the chart by,
//! is put in.

use std::collections::BTreeMap;

use super::documents::{self, Yaml};
use crate::facts::{Artifact, Context, Facts, GapReason, Use};
use crate::origin::{Origin, Reference, chart, terraform};
use crate::resolve::Questions;
use crate::source::{Location, SourceFile};
use crate::syntax::yaml::{Kind, Node};

/// What one file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// The URLs of repositories by their names.
    pub(crate) repositories: BTreeMap<String, String>,
    /// The charts of its releases, and those that releases take in besides.
    pub(crate) releases: Vec<Release>,
    /// The files that it is based on, as written.
    pub(crate) bases: Vec<Part>,
    /// Further helmfiles that are applied with it, as written.
    pub(crate) helmfiles: Vec<Part>,
}

/// A chart that is released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    at: Location,
    chart: String,
    version: Option<String>,
    context: Context,
}

/// A file that is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Where.
    pub(crate) at: Location,
    /// As written.
    pub(crate) path: String,
}

/// Reads a helmfile. Its charts are added when the files that it is based on are known.
pub(super) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    let state = read(file, facts);
    questions.ask_helmfile(file.path(), state);
}

/// What a file says.
pub(crate) fn read(file: &SourceFile<'_>, facts: &mut Facts) -> State {
    let mut state = State::default();
    documents::read(file, facts, documents::expression, |yaml, facts| {
        for root in yaml.documents.roots() {
            if root.resolved().kind() == Kind::Mapping {
                layer(yaml, root.resolved(), &mut state, facts);
            } else if !yaml.is_broken && !root.is_null() && !yaml.is_template {
                facts.gap(file.at(root.span()), GapReason::Syntax, "a helmfile is a mapping");
            }
        }
    });
    state
}

impl Release {
    /// Adds what is used, in a helmfile of this folder.
    pub(crate) fn add_use(&self, place: &chart::Place<'_>, facts: &mut Facts) {
        let Release { at, chart, version, context } = self;
        let folder = place.folder.unwrap_or("");
        // A bare name, and a path of more than three parts, are folders, whether or not they are there.
        let is_path = !chart.contains("://") && !chart.contains("::") && !matches!(chart.split('/').count(), 2 | 3);
        let in_folder = format!("./{chart}");
        let named = if is_path && !chart.starts_with(['.', '/', '~', '{']) { &in_folder } else { chart };
        let place = chart::Place { folder: Some(folder), ..*place };
        let Reference { origin, version } = Reference::of(chart::named(named, None, version.as_deref(), &place));
        match &origin {
            Origin::Invalid { reason } => facts.gap(at.clone(), GapReason::InvalidReference, reason.as_str()),
            Origin::Dynamic { reason, .. } => facts.gap(at.clone(), GapReason::Unresolved, reason.as_str()),
            Origin::Image { .. }
            | Origin::Local { .. }
            | Origin::Registry { .. }
            | Origin::Repo { .. }
            | Origin::ServerSide { .. }
            | Origin::Url { .. } => {}
        }
        facts.uses.push(Use {
            at: at.clone(),
            artifact: Artifact::HelmChart,
            written: terraform::redact(chart).into_owned(),
            origin,
            version,
            context: *context,
            via: None,
        });
    }
}

/// Lays a document over those before it.
fn layer<'d>(yaml: &Yaml<'d>, root: Node<'d>, state: &mut State, facts: &mut Facts) {
    let list = |key: &str, facts: &mut Facts| -> Option<Vec<Node<'d>>> {
        let value = root.get(key).filter(|it| !it.is_null())?;
        if value.resolved().kind() != Kind::Sequence {
            yaml.wrong_shape(Some(value), format!("{key} is not a list"), facts);
            return None;
        }
        Some(value.resolved().items().collect())
    };
    if let Some(repositories) = list("repositories", facts) {
        state.repositories.clear();
        for it in repositories {
            let (Some(name), Some(url)) = (yaml.text_of(it, "name"), yaml.text_of(it, "url")) else { continue };
            let is_oci = yaml.text_of(it, "oci") == Some("true") && !url.contains("://");
            let url = if is_oci { format!("oci://{url}") } else { url.to_owned() };
            state.repositories.insert(name.to_owned(), url);
        }
    }
    if let Some(releases) = list("releases", facts) {
        state.releases.clear();
        let templates = root.get("templates");
        for it in releases {
            release(yaml, it, templates, state, facts);
        }
    }
    let part = |it: Node<'d>| {
        // A path, or a mapping that has one.
        let node = it.get("path").unwrap_or(it);
        Some(Part { at: yaml.file().at(node.resolved().span()), path: yaml.text(node)?.to_owned() })
    };
    state.bases.extend(list("bases", facts).unwrap_or_default().into_iter().filter_map(part));
    state.helmfiles.extend(list("helmfiles", facts).unwrap_or_default().into_iter().filter_map(part));
}

fn release<'d>(yaml: &Yaml<'d>, node: Node<'d>, templates: Option<Node<'d>>, state: &mut State, facts: &mut Facts) {
    // One that is to be taken away is used no more.
    if yaml.text_of(node, "installed") == Some("false") {
        return;
    }
    let inherited = inherited(yaml, node, templates);
    let value = |key: &str| {
        let nodes = std::iter::once(&node).chain(&inherited);
        nodes.filter_map(|it| it.get(key)).find(|it| !it.is_null() && yaml.text(*it).is_some_and(|it| !it.is_empty()))
    };
    let name = yaml.text_of(node, "name").unwrap_or("");
    let Some((at, chart)) = value("chart").and_then(|it| Some((it, yaml.text(it)?))) else {
        yaml.wrong_shape(
            Some(node).filter(|_| !yaml.is_template && !yaml.is_broken),
            "a release without a chart",
            facts,
        );
        return;
    };
    let context = yaml.file().context();
    let version = value("version").and_then(|it| yaml.text(it)).map(str::to_owned);
    let at = yaml.file().at(at.resolved().span());
    state.releases.push(Release { at, chart: with_name(chart, name), version, context });
    for it in node.get("dependencies").iter().flat_map(|it| it.resolved().items()) {
        let Some((at, chart)) = it.get("chart").and_then(|it| Some((it, yaml.text(it)?))) else { continue };
        let version = yaml.text_of(it, "version").map(str::to_owned);
        let at = yaml.file().at(at.resolved().span());
        state.releases.push(Release { at, chart: chart.to_owned(), version, context });
    }
}

/// The templates that a release inherits from; of several the last counts first.
fn inherited<'d>(yaml: &Yaml<'d>, release: Node<'d>, templates: Option<Node<'d>>) -> Vec<Node<'d>> {
    let Some((inherit, templates)) = release.get("inherit").map(Node::resolved).zip(templates) else {
        return Vec::new();
    };
    let named = |it: Node<'d>| templates.get(yaml.text_of(it, "template")?);
    let mut found: Vec<Node<'d>> = match inherit.kind() {
        Kind::Sequence => inherit.items().filter_map(named).collect(),
        Kind::Alias | Kind::Mapping | Kind::Scalar => named(inherit).into_iter().collect(),
    };
    found.reverse();
    found
}

/// A chart with the name of its release in the place of the expression for it.
fn with_name(chart: &str, name: &str) -> String {
    if name.is_empty() || name.contains("{{") {
        return chart.to_owned();
    }
    // In a file that is a template itself the expression is a text, which the release's own rendering fills in.
    const NAMES: &[&str] =
        &["{{`{{ .Release.Name }}`}}", "{{`{{.Release.Name}}`}}", "{{ .Release.Name }}", "{{.Release.Name}}"];
    NAMES.iter().fold(chart.to_owned(), |chart, it| chart.replace(it, name))
}

#[cfg(test)]
mod tests {
    use super::with_name;

    #[test]
    fn the_name_of_the_release() {
        for (chart, name, expected) in [
            ("stable/{{ .Release.Name }}", "redis", "stable/redis"),
            ("stable/{{`{{ .Release.Name }}`}}", "redis", "stable/redis"),
            ("stable/{{ .Values.name }}", "redis", "stable/{{ .Values.name }}"),
            ("stable/{{ .Release.Name }}", "{{ .x }}", "stable/{{ .Release.Name }}"),
        ] {
            assert_eq!(with_name(chart, name), expected, "{chart}");
        }
    }
}
