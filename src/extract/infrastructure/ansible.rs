//! Ansible: playbooks, and what says which roles and collections are installed.

use super::tasks::{are_local, of_plays};
use super::{marker, read};
use crate::extract::ci::{self, Reader};
use crate::facts::{Artifact, Described, Facts, Offer, Said};
use crate::origin::{Origin, Pin, Reference, Version, ansible};
use crate::resolve::{Brought, Questions};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

/// Reads `requirements.yml`, `galaxy.yml` or a role's `meta/main.yml`.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    let (folder, name) = file.path().rsplit_once('/').unwrap_or(("", file.path()));
    match name.rsplit_once('.').map_or(name, |(name, _)| name) {
        "galaxy" => read(file, facts, collection),
        "main" => read(file, facts, |reader, root| role(reader, root, folder)),
        _ => ci::read_marked(file, facts, |_| None, |mut reader| requirements(&mut reader)),
    }
}

/// Reads a playbook. What it declares nowhere itself the files may that it brings in.
pub(crate) fn extract_playbook(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    ci::read_marked(
        file,
        facts,
        |_| None,
        |reader| {
            let yaml = reader.yaml;
            let plays: Vec<Node<'_>> = yaml.documents.roots().flat_map(|it| it.items().collect::<Vec<_>>()).collect();
            let named = plays.iter().find_map(|it| yaml.text_of(*it, "name"));
            let mut marker = marker(&reader, "ansible", named);
            for play in plays.iter().copied() {
                for hosts in play.get("hosts").map(|it| reader.names(it)).unwrap_or_default() {
                    marker.say(Said::Target, hosts);
                }
                for role in play.get("roles").into_iter().flat_map(|it| it.items()) {
                    let name =
                        yaml.text_of(role, "role").or_else(|| yaml.text_of(role, "name")).or_else(|| yaml.text(role));
                    marker.say(Said::DependsOn, name.unwrap_or(""));
                }
            }
            let work = of_plays(plays.iter().copied());
            if !work.declares && !yaml.is_broken {
                let brought = Brought { files: work.includes, is_local: are_local(plays.iter().copied()) };
                questions.ask_playbook(file.path(), brought);
            }
            reader.facts.markers.push(marker);
        },
    );
}

/// Roles and collections by their keys; a list alone is one of roles.
fn requirements<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.yaml.documents.first().map(Node::resolved) else { return };
    let before = reader.facts.uses.len();
    match root.kind() {
        Kind::Sequence => root.items().for_each(|it| role_of(reader, it)),
        Kind::Mapping => {
            root.get("roles").into_iter().flat_map(|it| it.items()).for_each(|it| role_of(reader, it));
            root.get("collections").into_iter().flat_map(|it| it.items()).for_each(|it| collection_of(reader, it));
        }
        Kind::Alias | Kind::Scalar => {}
    }
    if reader.facts.uses.len() > before {
        let marker = marker(reader, "ansible", None);
        reader.facts.markers.push(marker);
    }
}

fn role_of<'r>(reader: &mut Reader<'r, 'r>, item: Node<'r>) {
    let keys = ["src", "role", "name"];
    let is_text = item.resolved().kind() == Kind::Scalar;
    // An `include` is another file of requirements.
    let Some(node) = (if is_text { Some(item) } else { keys.iter().find_map(|it| item.get(it)) }) else { return };
    let Some(text) = reader.yaml.text(node).filter(|it| !it.is_empty()) else { return };
    let part = |key| reader.yaml.text_of(item, key);
    let reference = Reference::of(ansible::role(text, part("scm"), part("version")));
    reader.add(node, Artifact::AnsibleRole, reference);
}

fn collection_of<'r>(reader: &mut Reader<'r, 'r>, item: Node<'r>) {
    let is_text = item.resolved().kind() == Kind::Scalar;
    let Some(node) = (if is_text { Some(item) } else { item.get("name").or_else(|| item.get("source")) }) else {
        return;
    };
    let Some(text) = reader.yaml.text(node).filter(|it| !it.is_empty()) else { return };
    let part = |key| reader.yaml.text_of(item, key);
    let folder = reader.yaml.file().folder();
    let parsed = ansible::collection(text, part("version"), part("source"), part("type"), folder);
    reader.add(node, Artifact::AnsibleCollection, Reference::of(parsed));
}

/// `galaxy.yml`: a collection that is offered, and those that it depends on. Another program's settings have the same
/// name, and no namespace.
fn collection<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>) {
    let yaml = reader.yaml;
    let (Some(namespace), Some(own)) = (yaml.text_of(root, "namespace"), yaml.text_of(root, "name")) else { return };
    let name = format!("{namespace}.{own}");
    let mut marker = marker(reader, "ansible", None);
    marker.name = Some(name.clone());
    reader.facts.markers.push(marker);
    for (key, value) in root.get("dependencies").map(Node::entries).unwrap_or_default() {
        let text = key.text().unwrap_or("");
        let version = yaml.text(value);
        let parsed = ansible::collection(text, version, None, None, yaml.file().folder());
        reader.add(key, Artifact::AnsibleCollection, Reference::of(parsed));
    }
    let folder = yaml.file().folder().to_owned();
    let version = yaml.text_of(root, "version").map(str::to_owned);
    offer(reader, Artifact::AnsibleCollection, &folder, name, version, yaml.text_of(root, "description").is_some());
}

/// `meta/main.yml`: what a role depends on, and that it is offered where it says what it is to Galaxy and is the whole of
/// its repository.
fn role<'r>(reader: &mut Reader<'r, 'r>, root: Node<'r>, folder: &str) {
    let yaml = reader.yaml;
    let info = root.get("galaxy_info");
    if info.is_none() && root.get("dependencies").is_none() {
        return;
    }
    let role = folder.rsplit_once('/').map_or("", |(role, _)| role);
    let name = info.and_then(|it| yaml.text_of(it, "role_name"));
    let name = name.unwrap_or_else(|| role.rsplit('/').next().unwrap_or(role));
    let marker = marker(reader, "ansible", Some(name).filter(|it| !it.is_empty()));
    reader.facts.markers.push(marker);
    for dependency in root.get("dependencies").into_iter().flat_map(|it| it.items()) {
        let is_text = dependency.resolved().kind() == Kind::Scalar;
        let keys = ["src", "role", "name"];
        let node = if is_text { Some(dependency) } else { keys.iter().find_map(|it| dependency.get(it)) };
        let Some(node) = node else { continue };
        let Some(text) = yaml.text(node).filter(|it| !it.is_empty()) else { continue };
        // A role without a namespace lies beside this one.
        if text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
            let beside = role.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
            let origin = Origin::Local { path: format!("{beside}{text}") };
            reader.add(node, Artifact::AnsibleRole, Reference { origin, version: Version::only(Pin::SameCommit) });
        } else {
            role_of(reader, dependency);
        }
    }
    if let Some(info) = info.filter(|_| role.is_empty()) {
        let is_described = yaml.text_of(info, "description").is_some();
        offer(reader, Artifact::AnsibleRole, "", name.to_owned(), None, is_described);
    }
}

fn offer(
    reader: &mut Reader<'_, '_>,
    artifact: Artifact,
    folder: &str,
    name: String,
    version: Option<String>,
    described: bool,
) {
    reader.facts.offers.push(Offer {
        at: reader.yaml.file().start(),
        artifact,
        path: folder.into(),
        name,
        version,
        described,
        inputs: Described::default(),
        outputs: Described::default(),
        traits: std::collections::BTreeSet::new(),
        context: reader.context,
    });
}
