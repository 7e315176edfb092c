//! Templates of Azure's Resource Manager in JSON: their resources, and the templates that they link.

use super::{marker, read, resource};
use crate::extract::ci::Reader;
use crate::facts::{Artifact, Facts};
use crate::origin::{Origin, Parsed, Pin, Reference, Version, bicep, git};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    read(file, facts, |reader, root| {
        let marker = marker(reader, "arm", None);
        reader.facts.markers.push(marker);
        resources(reader, root, "", MAX_DEPTH);
    });
}

/// How deep resources and templates may stand in one another.
const MAX_DEPTH: usize = 12;

/// The resources of a template or below another resource: a list, or a mapping by symbolic names.
fn resources<'r>(reader: &mut Reader<'r, 'r>, parent: Node<'r>, parent_type: &str, depth: usize) {
    let Some(list) = parent.get("resources").filter(|_| depth > 0) else { return };
    let is_list = list.resolved().kind() == Kind::Sequence;
    let by_name = if is_list { Vec::new() } else { list.entries() };
    for it in list.items().chain(by_name.into_iter().map(|(_, value)| value)) {
        let Some(of_type) = reader.yaml.text_of(it, "type") else { continue };
        let full_type = match parent_type {
            // The type of what stands below another is the rest of its own.
            parent if !parent.is_empty() && !of_type.contains('.') => format!("{parent}/{of_type}"),
            _ => of_type.to_owned(),
        };
        let is_existing = reader.yaml.text_of(it, "existing") == Some("true");
        let Some(node) = it.get("type").filter(|_| !is_existing) else { continue };
        let name = reader.yaml.text_of(it, "name").unwrap_or("");
        if full_type.eq_ignore_ascii_case("Microsoft.Resources/deployments") {
            deployment(reader, it, depth);
        } else {
            resource(reader, node, &full_type, name);
        }
        resources(reader, it, &full_type, depth - 1);
    }
}

/// A deployment within a template: its template is written out, or linked.
fn deployment<'r>(reader: &mut Reader<'r, 'r>, node: Node<'r>, depth: usize) {
    let Some(properties) = node.get("properties") else { return };
    if let Some(template) = properties.get("template") {
        resources(reader, template, "", depth - 1);
    }
    let Some(link) = properties.get("templateLink") else { return };
    let folder = reader.yaml.file().folder();
    for (key, value) in link.entries() {
        let Some(text) = reader.yaml.text(value) else { continue };
        let parsed = match key.text() {
            _ if text.starts_with('[') && !text.starts_with("[[") => {
                Ok(Reference::dynamic("", "an expression of the template"))
            }
            Some("uri") => uri(text),
            Some("relativePath") => bicep::parse(text, folder, &bicep::NoAliases),
            Some("id") => Ok(spec(text)),
            _ => continue,
        };
        reader.add(value, Artifact::BicepModule, Reference::of(parsed));
    }
}

/// A template on the web; GitHub's raw files tell repository and ref.
fn uri(text: &str) -> Parsed {
    let address = git::address(text).filter(|_| text.contains("://")).ok_or("a link that is no address")?;
    let host = address.host.to_ascii_lowercase();
    let path = address.path;
    if host == "raw.githubusercontent.com" {
        let mut parts = path.splitn(4, '/');
        if let (Some(owner), Some(name), Some(reference), Some(path)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        {
            let (host, path) = ("github.com".to_owned(), path.to_owned());
            let origin = Origin::Repo { host, owner: owner.to_owned(), name: name.to_owned(), path };
            return Ok(Reference { origin, version: Version::git(Some(reference)) });
        }
    }
    let origin = Origin::Url { host, path: path.to_owned() };
    Ok(Reference { origin, version: Version::only(Pin::Default) })
}

/// A template spec by its id: `/subscriptions/…/resourceGroups/…/providers/Microsoft.Resources/templateSpecs/…/versions/…`.
fn spec(id: &str) -> Reference {
    let parts: Vec<&str> = id.trim_matches('/').split('/').collect();
    let after = |name: &str| {
        let at = parts.iter().position(|it| it.eq_ignore_ascii_case(name))?;
        parts.get(at + 1).copied()
    };
    let names = ["subscriptions", "resourceGroups", "templateSpecs"].map(|it| after(it).unwrap_or("…"));
    Reference { origin: Origin::ServerSide { name: names.join("/") }, version: Version::git(after("versions")) }
}
