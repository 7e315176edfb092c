//! Google Cloud Build: steps, each a program in an image, one after another unless they say what they wait for.

use std::collections::BTreeSet;

use super::{Unit, jobs_of, of_arguments};
use crate::extract::ci::{Reader, identity, image_identity};
use crate::origin::Origin;
use crate::pipeline::{Role, Step, System};
use crate::syntax::shell;
use crate::syntax::yaml::{Kind, Node};

pub(in crate::extract) fn read<'r>(reader: &mut Reader<'r, 'r>) {
    let Some(root) = reader.expect("a build of Cloud Build") else { return };
    let Some(steps) = root.get("steps").filter(|it| it.resolved().kind() == Kind::Sequence) else {
        return reader.refuse("not a build of Cloud Build: it has no list of steps");
    };
    let units = steps.items().enumerate().map(|(number, it)| unit(reader, number, it)).collect();
    let jobs = jobs_of("build", units);
    reader.pipeline(System::CloudBuild, root, None, BTreeSet::new(), Role::Pipeline, jobs);
}

fn unit<'r>(reader: &mut Reader<'r, 'r>, number: usize, step: Node<'r>) -> Unit {
    let yaml = reader.yaml;
    let id = yaml.text_of(step, "id").map_or_else(|| number.to_string(), str::to_owned);
    let Some(name) = step.get("name").filter(|it| !it.is_null()) else {
        yaml.wrong_shape(Some(step), "a step without the image it runs in", reader.facts);
        return Unit { id, needs: None, image: None, step: None };
    };
    let image = reader.image(name);
    // `-` is the start of the build.
    let needs = step.get("waitFor").map(|it| reader.names(it).into_iter().filter(|it| it != "-").collect());
    let arguments = reader.words(step.get("args"));
    let entrypoint = yaml.text_of(step, "entrypoint");
    let step = if let Some(script) = yaml.text_of(step, "script") {
        Some(Step::Run(shell::commands_of(interpreter(script), script)))
    } else if let Some(program) = entrypoint.or_else(|| image.as_ref().and_then(program)) {
        Some(Step::Run(of_arguments(std::iter::once(program).chain(arguments))))
    } else {
        // It runs what its image was made to run.
        image.as_ref().map(identity).filter(|it| !it.is_empty()).map(Step::Use)
    };
    let image = image.map(|it| image_identity(&it)).filter(|it| !it.is_empty());
    Unit { id, needs, image, step }
}

/// Google's own builders run the program they are named after.
fn program(image: &Origin) -> Option<&str> {
    let Origin::Image { registry, repository } = image else { return None };
    (registry == "gcr.io").then(|| repository.strip_prefix("cloud-builders/"))?
}

/// What runs a script: what its first line names (`#!/usr/bin/env python3`).
pub(super) fn interpreter(script: &str) -> &str {
    let line = script.trim_start().lines().next().and_then(|it| it.strip_prefix("#!")).unwrap_or("").trim();
    line.strip_prefix("/usr/bin/env ").map_or(line, |it| it.trim_start_matches("-S ").trim())
}
