//! The images of jobs and of their services, with the variables and the matrix of the job.

use std::collections::BTreeSet;

use super::Gitlab;
use super::config::{Definition, Piece, Value};
use super::variables::Variables;
use crate::extract::ci::{identity, image_identity};
use crate::facts::Artifact;
use crate::origin::gitlab::variable;
use crate::origin::{Origin, Reference, image};
use crate::pipeline::Job;
use crate::syntax::yaml::Node;

/// How many values of a matrix are looked at, and how many one place may come to.
pub(super) const MAX_VALUES: usize = 64;

impl<'r> Gitlab<'_, 'r> {
    /// Adds the images of a job and of its services. Which image a job has that extends one of another file is not
    /// known where it has none itself.
    pub(super) fn job_images(
        &mut self,
        definition: &Definition<'r>,
        variables: &Variables<'r>,
        with_defaults: bool,
        job: &mut Job,
    ) {
        let rows = self.matrix(definition);
        if let Some(services) = self.config.value(definition, "services") {
            self.images("services", &services, variables, &rows);
        }
        let own = self.config.value(definition, "image");
        let with_default = with_defaults && definition.missing.is_empty();
        let image = own.or_else(|| if with_default { self.default(definition, "image") } else { None });
        job.image = image.and_then(|it| self.images("image", &it, variables, &rows));
    }

    /// Adds the image that `image` names, or all of `services`. Tells the image, if it is one.
    pub(super) fn images(
        &mut self,
        key: &str,
        value: &Value<'r>,
        variables: &Variables<'r>,
        rows: &[Vec<(&'r str, &'r str)>],
    ) -> Option<String> {
        let nodes: Vec<Node<'r>> = if key == "image" {
            let name = if value.is_mapping() { value.get("name") } else { Some(value.clone()) };
            name.map(|it| it.node()).into_iter().collect()
        } else {
            let of_piece = |piece| match piece {
                Piece::Text(node) => Some(node),
                Piece::Other(node) => node.get("name"),
                Piece::Part(_) => None,
            };
            self.config.pieces(value).into_iter().filter_map(of_piece).collect()
        };
        let mut identities = BTreeSet::new();
        for node in nodes {
            let Some(text) = self.reader.yaml.text(node).filter(|it| !it.is_empty()) else { continue };
            let plain = variables.expand(text);
            let mut expanded = BTreeSet::new();
            if variable(&plain).is_some() {
                expanded
                    .extend(rows.iter().map(|row| variables.clone().with_row(row.clone()).expand(text).into_owned()));
            }
            if expanded.is_empty() {
                expanded.insert(plain.into_owned());
            }
            for text in expanded {
                let reference = Reference::of(image::parse(&text));
                let reference = match (&reference.origin, variable(&text)) {
                    (Origin::Dynamic { prefix, .. }, Some(at)) => {
                        let end = text[at + 1..].find(|c: char| !c.is_ascii_alphanumeric() && !"_{}".contains(c));
                        let name = end.map_or(&text[at..], |end| &text[at..at + 1 + end]);
                        Reference::dynamic(prefix.clone(), format!("{name} is set nowhere in the file"))
                    }
                    _ => reference,
                };
                identities.insert(image_identity(&reference.origin));
                let written = self.reader.yaml.written(node).to_owned();
                self.found(node, Artifact::CiImage, written, reference);
            }
        }
        let mut identities = identities.into_iter();
        match (identities.next(), identities.next()) {
            (Some(only), None) if key == "image" => Some(only),
            (Some(_), Some(_)) if key == "image" => {
                Some(identity(&Origin::Dynamic { prefix: String::new(), reason: String::new() }))
            }
            _ => None,
        }
    }

    /// The combinations of `parallel: matrix`.
    fn matrix(&self, definition: &Definition<'r>) -> Vec<Vec<(&'r str, &'r str)>> {
        let matrix = self.config.value(definition, "parallel").and_then(|it| it.get("matrix"));
        let mut rows = Vec::new();
        for piece in matrix.map(|it| self.config.pieces(&it)).unwrap_or_default() {
            let Piece::Other(entry) = piece else { continue };
            let mut product: Vec<Vec<(&'r str, &'r str)>> = vec![Vec::new()];
            for (key, values) in Value::of(entry).entries() {
                let values = self.config.pieces(&values);
                let values: Vec<&'r str> = values
                    .iter()
                    .filter_map(|it| if let Piece::Text(node) = it { node.text() } else { None })
                    .take(MAX_VALUES)
                    .collect();
                let with = |row: &Vec<(&'r str, &'r str)>, value| row.iter().copied().chain([(key, value)]).collect();
                let grown = product.iter().flat_map(|row| values.iter().map(move |value| with(row, *value)));
                let grown: Vec<_> = grown.take(MAX_VALUES).collect();
                product = if grown.is_empty() { product } else { grown };
            }
            rows.extend(product);
            rows.truncate(MAX_VALUES);
        }
        rows
    }
}
