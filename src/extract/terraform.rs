//! Terraform and OpenTofu files: module calls, providers, resources, and what a folder offers as a module.
//!
//! Each file is read alone. A module's files are brought together by [`Facts::finish`]; values that another file
//! decides are [`Origin::Dynamic`]. Override files (`override.tf`, `*_override.tf`) are read like every other file:
//! a call that one changes is then seen twice, which is what is written.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::facts::{Artifact, Context, Described, Facts, GapReason, Offer, OfferTrait, Resource, Use};
use crate::origin::terraform::{parse, provider, redact};
use crate::origin::{Origin, Pin, Reference, Version};
use crate::source::SourceFile;
use crate::syntax::hcl::expression::{self, Expression};
use crate::syntax::hcl::{Attribute, Block, Body, Problem, ProblemKind, literal, scan, scan_object};

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts) {
    let (body, problems) = scan(file.text());
    let context = if is_generated(file.text()) { Context::Generated } else { file.context() };
    let mut module = Module::default();
    for block in body.top_level() {
        match block.kind {
            "module" => {
                module.has_calls = true;
                module_call(file, context, &body, block, facts);
            }
            "output" => module.outputs.count(is_described(&body, block)),
            "provider" => drop(module.traits.insert(OfferTrait::ProviderConfiguration)),
            "resource" => {
                module.traits.insert(OfferTrait::Resources);
                resource(file, context, &body, block, facts);
            }
            "terraform" => settings(file, context, &body, block, &mut module, facts),
            "variable" => module.inputs.count(is_described(&body, block)),
            _ => {}
        }
    }
    facts.offers.extend(module.offer(file, context));
    gap(file, &problems, facts);
}

/// No address is longer; what is isn't looked at.
const MAX_SOURCE: usize = 4096;

/// What one file adds to the module that its folder is.
#[derive(Default)]
struct Module {
    inputs: Described,
    outputs: Described,
    traits: BTreeSet<OfferTrait>,
    has_calls: bool,
}

impl Module {
    /// The file's part of the offer. A folder without resources, calls, variables and outputs offers nothing; a file
    /// that only configures is a part of what the other files of its folder offer.
    fn offer(self, file: &SourceFile<'_>, context: Context) -> Option<Offer> {
        let Module { inputs, outputs, traits, has_calls } = self;
        let is_part = has_calls || inputs.total > 0 || outputs.total > 0 || !traits.is_empty();
        let folder = file.folder();
        is_part.then(|| Offer {
            at: file.start(),
            artifact: Artifact::TerraformModule,
            path: folder.into(),
            name: folder.rsplit('/').next().unwrap_or(folder).to_owned(),
            version: None,
            described: false,
            inputs,
            outputs,
            traits,
            context,
        })
    }
}

fn module_call(file: &SourceFile<'_>, context: Context, body: &Body<'_>, block: &Block<'_>, facts: &mut Facts) {
    // Without a source it calls nothing; a damaged source isn't what was meant, and the gap tells of it.
    let Some(source) = body.attribute(block, "source").filter(|it| !it.damaged) else { return };
    if source.value.len() > MAX_SOURCE {
        let detail = format!("a source of more than {MAX_SOURCE} bytes");
        facts.gap(file.at(source.name_span.clone()), GapReason::TooComplex, detail);
        return;
    }
    let asked = body.attribute(block, "version").filter(|it| !it.damaged).map_or(Asked::Nothing, Asked::of);
    let written = redact(unquoted(source.value));
    let Reference { origin, version } = match text(source.value) {
        Ok(address) => Reference::of(match &asked {
            Asked::Nothing => parse(&address, None, file.folder()),
            Asked::Constraint(constraint) => parse(&address, Some(constraint), file.folder()),
            Asked::Dynamic(expression) => {
                let version = Version { constraint: Some((*expression).to_owned()), ..Version::only(Pin::Dynamic) };
                // Any constraint makes it a registry address; which one doesn't matter for the origin.
                parse(&address, Some(""), file.folder()).map(|it| Reference { version, ..it })
            }
        }),
        Err(_) => {
            // The prefix is taken from the redacted text, so that no part of a secret is left in it.
            let redacted = redact(source.value);
            let prefix = expression::parse(&redacted).fold().literal_prefix().into_owned();
            let constraint = asked.written().map(str::to_owned);
            let reference = Reference::dynamic(prefix, "an expression that this file does not decide");
            Reference { version: Version { constraint, ..reference.version }, ..reference }
        }
    };
    if let Origin::Invalid { reason } = &origin {
        facts.gap(file.at(source.value_span.clone()), GapReason::InvalidReference, reason.clone());
    }
    facts.uses.push(Use {
        at: file.at(source.value_span.clone()),
        artifact: Artifact::TerraformModule,
        written: written.into_owned(),
        origin,
        version,
        context,
        via: None,
    });
}

/// The `version` argument.
enum Asked<'a> {
    /// None is written, or `null`.
    Nothing,
    Constraint(Cow<'a, str>),
    /// An expression, as written.
    Dynamic(&'a str),
}

impl<'a> Asked<'a> {
    fn of(version: &Attribute<'a>) -> Self {
        if version.value == "null" {
            return Asked::Nothing;
        }
        text(version.value).map_or(Asked::Dynamic(unquoted(version.value)), Asked::Constraint)
    }

    fn written(&self) -> Option<&str> {
        match self {
            Asked::Nothing => None,
            Asked::Constraint(text) => Some(text),
            Asked::Dynamic(text) => Some(text),
        }
    }
}

/// The text of a value that no other file has a say in; else its expression.
fn text(raw: &str) -> Result<Cow<'_, str>, Expression> {
    if let Some(text) = literal(raw) {
        return Ok(text);
    }
    match expression::parse(raw).fold() {
        Expression::Literal(text) => Ok(Cow::Owned(text)),
        other => Err(other),
    }
}

/// A value without the quotes around it.
fn unquoted(raw: &str) -> &str {
    raw.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(raw)
}

fn resource(file: &SourceFile<'_>, context: Context, body: &Body<'_>, block: &Block<'_>, facts: &mut Facts) {
    let [kind, name, ..] = body.labels(block) else { return };
    facts.resources.push(Resource {
        at: file.at(body.head(block)),
        r#type: kind.text.to_owned(),
        name: name.text.to_owned(),
        context,
    });
}

/// `terraform { backend …, cloud …, required_providers … }`.
fn settings(
    file: &SourceFile<'_>,
    context: Context,
    body: &Body<'_>,
    block: &Block<'_>,
    module: &mut Module,
    facts: &mut Facts,
) {
    for inner in body.children(block) {
        match inner.kind {
            "backend" | "cloud" => drop(module.traits.insert(OfferTrait::Backend)),
            "required_providers" => {
                let required = body.attributes(inner).filter(|it| !it.damaged);
                facts.uses.extend(required.map(|entry| required_provider(file, context, entry)));
            }
            _ => {}
        }
    }
}

/// `name = { source = "…", version = "…" }`, or `name = "version"` as before Terraform 0.13.
fn required_provider(file: &SourceFile<'_>, context: Context, entry: &Attribute<'_>) -> Use {
    let (elements, _) = scan_object(file.text(), entry.value_span.clone());
    let element = |name: &str| elements.attributes.iter().find(|it| it.name == name);
    let version = match element("version") {
        Some(version) => Some(version),
        None => Some(entry).filter(|it| !it.value.starts_with('{')),
    };
    let constraint = version.and_then(|it| text(it.value).ok());
    let (span, written, source): (Range<usize>, _, _) = match element("source") {
        Some(source) => (source.value_span.clone(), unquoted(source.value), text(source.value)),
        None => (entry.name_span.start..entry.value_span.end, entry.name, Ok(Cow::Borrowed(entry.name))),
    };
    let Reference { origin, version } = match source {
        Ok(source) => Reference::of(provider(&source, constraint.as_deref())),
        Err(expression) => Reference::dynamic(expression.literal_prefix(), "an expression"),
    };
    Use {
        at: file.at(span),
        artifact: Artifact::TerraformProvider,
        written: written.to_owned(),
        origin,
        version,
        context,
        via: None,
    }
}

/// Whether a variable or output says what it is: a heredoc or expression counts, an empty string doesn't.
fn is_described(body: &Body<'_>, block: &Block<'_>) -> bool {
    let description = body.attribute(block, "description");
    description.is_some_and(|it| !unquoted(it.value).trim().is_empty() && it.value != "null")
}

/// One gap a file: the first problem, and how many there are. A block that isn't closed is told of only where nothing
/// else explains it.
fn gap(file: &SourceFile<'_>, problems: &[Problem], facts: &mut Facts) {
    let cause = problems.iter().find(|problem| problem.kind != ProblemKind::Unclosed);
    let Some(first) = cause.or(problems.first()) else { return };
    let reason = match first.kind {
        ProblemKind::Syntax | ProblemKind::Unclosed => GapReason::Syntax,
        ProblemKind::Placeholder => GapReason::Templated,
        ProblemKind::TooDeep => GapReason::TooComplex,
    };
    let detail = match problems.len() {
        1 => first.message.to_owned(),
        n => format!("{}; {n} problems in this file", first.message),
    };
    facts.gap(file.at(first.at..first.at), reason, detail);
}

/// How many lines at the top of a file are asked whether a program wrote it.
const HEAD_LINES: usize = 8;

/// What programs write at the top of the files that they write, in lower case; sorted.
const GENERATED_MARKS: &[&str] = &[
    "__generated__ by terraform",
    "auto-generated by",
    "auto-generated from",
    "autogenerated by",
    "automatically generated",
    "code generated",
    "do not edit",
    "generated by terragrunt",
];

/// Whether the comments at the top of the file say that a program wrote it.
fn is_generated(text: &str) -> bool {
    let lines = text.trim_start_matches('\u{FEFF}').lines().take(HEAD_LINES).map(str::trim);
    let comments = lines.take_while(|line| line.is_empty() || line.starts_with(['#', '/', '*']));
    comments.map(str::to_ascii_lowercase).any(|line| GENERATED_MARKS.iter().any(|mark| line.contains(mark)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(GENERATED_MARKS.is_sorted());
    }

    #[test]
    fn files_that_programs_wrote_are_told_by_their_head() {
        let generated = [
            "# Generated by Terragrunt. Sig: nIlQXj57tbuaRZEa\n",
            "// Code generated by gen. DO NOT EDIT.\n",
            "\u{FEFF}\n# __generated__ by Terraform\n# Please review\n",
            "######## DO NOT EDIT - THIS FILE WILL BE OVERWRITTEN ########\n",
            "/*\n * This file was automatically generated\n */\n",
        ];
        let written = [
            "",
            "# Our modules\n",
            "module \"x\" {\n  source = \"./x\" # do not edit\n}\n",
            "locals {}\n# DO NOT EDIT below\n",
            "# a\n# b\n# c\n# d\n# e\n# f\n# g\n# h\n# do not edit\n",
        ];
        assert!(generated.iter().all(|it| is_generated(it)));
        assert!(!written.iter().any(|it| is_generated(it)));
    }
}
