//! Templates of CloudFormation, those of SAM among them: their resources, and the templates, applications and modules
//! that they bring in.

use super::{mark, marker, read, resource};
use crate::extract::ci::Reader;
use crate::facts::{Artifact, Facts, Said};
use crate::origin::{Parsed, Reference, cloudformation};
use crate::source::SourceFile;
use crate::syntax::yaml::{Kind, Node};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    read(file, facts, |reader, root| {
        if !is_template(reader, root) {
            return;
        }
        let is_sam = root
            .get("Transform")
            .map(|it| reader.names(it))
            .unwrap_or_default()
            .iter()
            .any(|it| it.starts_with("AWS::Serverless-"));
        let marker = marker(reader, if is_sam { "sam" } else { "cloudformation" }, None);
        reader.facts.markers.push(marker);
        for transform in root.get("Transform").into_iter().flat_map(items) {
            let location = transform.get("Parameters").and_then(|it| it.get("Location"));
            if let Some(location) = location.filter(|_| reader.yaml.text_of(transform, "Name") == Some("AWS::Include"))
            {
                add(reader, location, |text| cloudformation::template(text, file.folder()));
            }
        }
        resources(reader, root, MAX_LOOPS);
    });
}

/// Whether a document that looked like a template is one: it says so, or has something of a type.
fn is_template(reader: &Reader<'_, '_>, root: Node<'_>) -> bool {
    let resources = || root.get("Resources").map(Node::entries).unwrap_or_default();
    root.get("AWSTemplateFormatVersion").is_some()
        || resources().into_iter().any(|(_, it)| reader.yaml.text_of(it, "Type").is_some_and(|it| it.contains("::")))
}

/// The same for a template that was read for something else already: what is wrong with it was told.
pub(crate) fn extract_more(file: &SourceFile<'_>, facts: &mut Facts) {
    let mut more = Facts::new(facts.repo.clone());
    extract(file, &mut more);
    facts.markers.append(&mut more.markers);
    facts.resources.append(&mut more.resources);
    facts.uses.append(&mut more.uses);
}

/// How many loops may stand in one another; CloudFormation allows five.
const MAX_LOOPS: usize = 5;

/// The resources below the key `Resources` of a template.
pub(super) fn resources<'r>(reader: &mut Reader<'r, 'r>, template: Node<'r>, loops: usize) {
    each(reader, template.get("Resources"), loops);
}

fn each<'r>(reader: &mut Reader<'r, 'r>, resources: Option<Node<'r>>, loops: usize) {
    for (key, value) in resources.map(Node::entries).unwrap_or_default() {
        let name = key.text().unwrap_or("");
        if name.starts_with("Fn::ForEach::") {
            // What is looped over: its variable, its values, and the resources for each of them.
            if loops > 0 {
                each(reader, value.items().nth(2), loops - 1);
            }
            continue;
        }
        let Some(of_type) = reader.yaml.text_of(value, "Type") else { continue };
        let folder = reader.yaml.file().folder();
        let property = |name| value.get("Properties").and_then(|it| it.get(name));
        match of_type {
            "AWS::CloudFormation::Stack" | "AWS::CloudFormation::StackSet" => {
                if let Some(url) = property("TemplateURL") {
                    add(reader, url, |text| cloudformation::template(text, folder));
                }
            }
            "AWS::Serverless::Application" => {
                let Some(location) = property("Location") else { continue };
                match location.get("ApplicationId") {
                    Some(id) => {
                        let version = reader.yaml.text_of(location, "SemanticVersion");
                        add(reader, id, |text| cloudformation::application(text, version));
                    }
                    None => add(reader, location, |text| cloudformation::template(text, folder)),
                }
            }
            _ if of_type.ends_with("::MODULE") => {
                if let Some(node) = value.get("Type") {
                    let reference = Reference::of(cloudformation::module(of_type));
                    reader.add(node, Artifact::CloudformationModule, reference);
                }
            }
            _ => {
                let before = reader.facts.markers.len();
                mark(reader, key, of_type, name, value.get("Properties").unwrap_or(value));
                if let Some(condition) = reader.yaml.text_of(value, "Condition").map(str::to_owned) {
                    reader.facts.markers[before..]
                        .iter_mut()
                        .for_each(|it| it.say(Said::Condition, condition.as_str()));
                }
                resource(reader, key, of_type, name);
            }
        }
    }
}

/// Adds what a property names: a text, one with parameters (`!Sub`), or what only CloudFormation works out.
fn add<'r>(reader: &mut Reader<'r, 'r>, node: Node<'r>, parse: impl Fn(&str) -> Parsed) {
    let sub = node.get("Fn::Sub").unwrap_or(node);
    let text = if sub.resolved().kind() == Kind::Sequence { sub.items().next() } else { Some(sub) };
    let is_computed = sub.tag().is_some_and(|it| !it.ends_with("Sub") && it.starts_with('!') && !it.starts_with("!!"));
    let reference = match text.and_then(|it| reader.yaml.text(it)).filter(|_| !is_computed) {
        Some(text) => Reference::of(parse(text)),
        None => Reference::dynamic("", "CloudFormation works it out"),
    };
    reader.add(node, Artifact::CloudformationModule, reference);
}

/// The items of a list; what is no list is the one item.
fn items(node: Node<'_>) -> Vec<Node<'_>> {
    if node.resolved().kind() == Kind::Sequence { node.items().collect() } else { vec![node] }
}
