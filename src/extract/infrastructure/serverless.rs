//! Services of the Serverless Framework: where they run, their functions and plugins, and the resources that they bring
//! along.

use super::{cloudformation, marker, read, resource};
use crate::facts::{Artifact, Facts, Said};
use crate::origin::{Reference, node_package};
use crate::source::SourceFile;
use crate::syntax::yaml::Node;

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    read(file, facts, |reader, root| {
        let yaml = reader.yaml;
        let Some(provider) = root.get("provider") else { return };
        let service = root.get("service").and_then(|it| yaml.text_of(it, "name"));
        let mut marker = marker(reader, "serverless", service.or_else(|| yaml.text_of(root, "service")));
        let provider = yaml.text_of(provider, "name").or_else(|| yaml.text_of(root, "provider"));
        marker.say(Said::Target, provider.unwrap_or(""));
        reader.facts.markers.push(marker);
        if let Some(of_type) = provider.and_then(type_of_functions) {
            // One mapping, or several that are put together.
            let functions = root.get("functions").into_iter().flat_map(|it| it.items().chain([it]));
            for (key, _) in functions.flat_map(Node::entries) {
                resource(reader, key, of_type, key.text().unwrap_or(""));
            }
        }
        let plugins = root.get("plugins").map(|it| it.get("modules").unwrap_or(it));
        for plugin in plugins.into_iter().flat_map(Node::items) {
            let Some(name) = yaml.text(plugin).filter(|it| !it.is_empty()) else { continue };
            let reference = match name.find("${") {
                Some(start) => Reference::dynamic(&name[..start], "a variable of the service"),
                None => Reference::of(node_package::parse(name, None, file.folder())),
            };
            reader.add(plugin, Artifact::ServerlessPlugin, reference);
        }
        // One template, or several that are put together.
        let Some(resources) = root.get("resources") else { return };
        for template in resources.items().chain([resources]) {
            cloudformation::resources(reader, template, 0);
        }
    });
}

/// What the framework makes of a function: a resource of the provider's own templates. Of other providers no type is
/// known.
fn type_of_functions(provider: &str) -> Option<&'static str> {
    match provider {
        "aws" => Some("AWS::Lambda::Function"),
        "azure" => Some("Microsoft.Web/sites/functions"),
        _ => None,
    }
}
