//! Infrastructure as code besides Terraform: templates, programs and playbooks → what they declare and what they bring
//! in. One file a tool; each file of a tool is evidence of it.

pub(super) mod ansible;
pub(super) mod arm;
pub(super) mod bicep;
pub(super) mod cdk;
pub(super) mod cloudformation;
pub(super) mod crossplane;
pub(super) mod pulumi;
pub(super) mod serverless;
pub(crate) mod tasks;

use super::ci::{self, Reader};
use super::terraform::mark_resource;
use crate::facts::{Facts, GapReason, Marker, MarkerKind, Resource};
use crate::source::SourceFile;
use crate::syntax::yaml::Node;

/// Reads a file in YAML or JSON whose own expressions no template engine fills in, and hands on its root; what has none
/// is a gap.
fn read(file: &SourceFile<'_>, facts: &mut Facts, then: impl for<'r> FnOnce(&mut Reader<'r, 'r>, Node<'r>)) {
    ci::read_marked(
        file,
        facts,
        |_| None,
        |mut reader| match reader.root() {
            Some(root) => then(&mut reader, root),
            None if reader.yaml.is_broken => {}
            None => reader.facts.gap(file.at(0..0), GapReason::Syntax, "not a mapping"),
        },
    );
}

/// The marker of a file of a tool.
fn marker(reader: &Reader<'_, '_>, tool: &str, name: Option<&str>) -> Marker {
    let at = reader.yaml.file().start();
    let marker = Marker::of(at, MarkerKind::InfrastructureCode, tool, reader.context);
    Marker { name: name.map(str::to_owned), ..marker }
}

/// Adds what the tables of evidence say of a resource of this type that is declared at a node.
fn mark(reader: &mut Reader<'_, '_>, at: Node<'_>, of_type: &str, name: &str, resource: Node<'_>) {
    let (file, context) = (reader.yaml.file(), reader.context);
    let place = || file.at(at.span());
    mark_resource(file.knowledge(), of_type, (&place, context), Some(name), reader.facts, |row| {
        row.reading.read(resource)
    });
}

/// Adds a resource that is declared at a node.
fn resource(reader: &mut Reader<'_, '_>, at: Node<'_>, of_type: &str, name: &str) {
    reader.facts.resources.push(Resource {
        at: reader.yaml.file().at(at.span()),
        r#type: of_type.to_owned(),
        name: name.to_owned(),
        context: reader.context,
        shape: None,
    });
}
