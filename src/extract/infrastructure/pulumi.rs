//! Projects of Pulumi: their packages, and the resources of those that are written in YAML.

use super::{marker, read, resource};
use crate::facts::{Artifact, Facts, Said};
use crate::origin::{Reference, pulumi};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    read(file, facts, |reader, root| {
        let yaml = reader.yaml;
        let mut marker = marker(reader, "pulumi", yaml.text_of(root, "name"));
        let runtime = root.get("runtime");
        let runtime = runtime.and_then(|it| yaml.text_of(it, "name")).or_else(|| yaml.text_of(root, "runtime"));
        marker.say(Said::Type, runtime.unwrap_or(""));
        reader.facts.markers.push(marker);
        for (_, package) in root.get("packages").map(Node::entries).unwrap_or_default() {
            let is_text = package.resolved().kind() == Kind::Scalar;
            let Some(node) = (if is_text { Some(package) } else { package.get("source") }) else { continue };
            let Some(source) = yaml.text(node) else { continue };
            let version = yaml.text_of(package, "version");
            let reference = Reference::of(pulumi::parse(source, version, file.folder()));
            reader.add(node, Artifact::PulumiPackage, reference);
        }
        for plugins in root.get("plugins").map(Node::entries).unwrap_or_default() {
            for plugin in plugins.1.items() {
                let Some(node) = plugin.get("path").or_else(|| plugin.get("name")) else { continue };
                let Some(text) = yaml.text(node) else { continue };
                // A path without dots is a path all the same.
                let is_path = plugin.get("path").is_some() && !text.starts_with(['.', '/']);
                let source = if is_path { format!("./{text}") } else { text.to_owned() };
                let parsed = pulumi::parse(&source, yaml.text_of(plugin, "version"), file.folder());
                reader.add(node, Artifact::PulumiPackage, Reference::of(parsed));
            }
        }
        for (key, value) in root.get("resources").map(Node::entries).unwrap_or_default() {
            if let Some(of_type) = yaml.text_of(value, "type") {
                resource(reader, key, of_type, key.text().unwrap_or(""));
            }
        }
    });
}
