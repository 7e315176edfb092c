//! The text of a file that a row reads → its entries: the documents of YAML, the value of JSON, the body of HCL.

use std::borrow::Cow;

use crate::extract::documents::{expression, mask};
use crate::extract::terraform::gap_of;
use crate::extract::terraform::values::Value;
use crate::facts::{Facts, GapReason};
use crate::knowledge::Tree;
use crate::source::{Location, SourceFile};
use crate::syntax::hcl;
use crate::syntax::json::readable;
use crate::syntax::yaml::{self, Kind, Node, ProblemKind};

/// Something in a file that a row reads.
#[derive(Clone, Copy)]
pub(super) enum Entry<'d> {
    /// A document of YAML, or a part of one; the value of JSON.
    Yaml(Node<'d>),
    /// The body of a file in HCL, or a part of one.
    Hcl(&'d Value),
}

impl Entry<'_> {
    /// Where it begins; HCL as a whole.
    pub(super) fn at(self, file: &SourceFile<'_>) -> Location {
        match self {
            Entry::Yaml(node) => file.at(node.span().start..node.span().start),
            Entry::Hcl(_) => file.start(),
        }
    }

    pub(super) fn is_list(self) -> bool {
        match self {
            Entry::Yaml(node) => node.resolved().kind() == Kind::Sequence,
            Entry::Hcl(_) => false,
        }
    }
}

impl<'d> Tree for Entry<'d> {
    fn part(self, name: &str) -> Option<Self> {
        match self {
            Entry::Yaml(node) => node.part(name).map(Entry::Yaml),
            Entry::Hcl(value) => value.part(name).map(Entry::Hcl),
        }
    }

    fn parts(self) -> Vec<Self> {
        match self {
            Entry::Yaml(node) => node.parts().into_iter().map(Entry::Yaml).collect(),
            Entry::Hcl(value) => value.parts().into_iter().map(Entry::Hcl).collect(),
        }
    }

    fn each_block(self, then: &mut dyn FnMut(Self)) {
        match self {
            Entry::Yaml(_) => then(self),
            Entry::Hcl(value) => value.each_block(&mut |it| then(Entry::Hcl(it))),
        }
    }

    fn names<'t>(self) -> Vec<Cow<'t, str>>
    where
        Self: 't,
    {
        match self {
            Entry::Yaml(node) => node.names(),
            Entry::Hcl(value) => value.names(),
        }
    }

    fn text<'t>(self) -> Option<Cow<'t, str>>
    where
        Self: 't,
    {
        match self {
            Entry::Yaml(node) => Tree::text(node),
            Entry::Hcl(value) => Tree::text(value),
        }
    }

    fn is_empty(self) -> bool {
        match self {
            Entry::Yaml(node) => Tree::is_empty(node),
            Entry::Hcl(value) => Tree::is_empty(value),
        }
    }
}

/// Reads a file once, and hands on its entries. What is wrong with it is told unless the file's own reader told of
/// something already.
pub(super) fn entries(file: &SourceFile<'_>, facts: &mut Facts, then: impl FnOnce(&[Entry<'_>], &mut Facts)) {
    let tells = facts.gaps.last().is_none_or(|it| it.at.path != *file.path());
    if file.path().ends_with(".hcl") {
        let (body, problems) = hcl::scan(file.text());
        if tells {
            facts.gaps.extend(gap_of(file, &problems));
        }
        return then(&[Entry::Hcl(&Value::of_body(&body))], facts);
    }
    let mut text = readable(file.text());
    // Where it can be read as it is, too: `a: {{ b }}` is a mapping in a mapping then.
    let template = expression(&text);
    if template.is_some() {
        text = Cow::Owned(mask(&text));
    }
    let (documents, problems) = yaml::parse(&text);
    if tells {
        if let Some(at) = template {
            facts.gap(file.at(at..at + 2), GapReason::Templated, "has to be filled in first");
        }
        if let Some(first) = problems.iter().find(|it| it.kind != ProblemKind::DuplicateKey) {
            let reason = match first.kind {
                ProblemKind::DuplicateKey | ProblemKind::Syntax => GapReason::Syntax,
                ProblemKind::TooComplex => GapReason::TooComplex,
            };
            facts.gap(file.at(first.offset..first.offset), reason, first.message.as_str());
        }
    }
    let entries: Vec<Entry<'_>> = documents.roots().map(Entry::Yaml).collect();
    then(&entries, facts);
    if tells && documents.budget_is_spent() {
        facts.gap(file.at(0..0), GapReason::TooComplex, "aliases multiply it beyond all measure");
    }
}
