//! The images that FROMs name, build arguments resolved: by the defaults in the file, or by values that something else
//! supplies (a compose file, a bake file, a pipeline). Pure: text and values in, references out.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::facts::GapReason;
use crate::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot, image};
use crate::syntax::dockerfile::{
    Dockerfile, ExpandError, Expanded, ItemKind, Missing, Scope, Word, parse, template_mark,
};

/// An image of a FROM that supplied build arguments change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supplied {
    /// Where the image is written in the Dockerfile, in bytes.
    pub span: Range<usize>,
    /// The image as written, without quotes.
    pub written: String,
    /// What it comes to with the supplied arguments.
    pub reference: Reference,
}

/// What the FROMs of a Dockerfile come to when a build is given these arguments: those images that come out different
/// from what the file's own defaults give, in file order.
///
/// As in BuildKit a value counts only for an argument that is declared before the first FROM, or that BuildKit sets
/// itself (`TARGETARCH`); it stands for itself, so variables in it are not expanded. A value may hold an expression of
/// the file it comes from: what it leaves open is open in the reference too. FROMs that come to an earlier stage or
/// to `scratch` are no images and give nothing.
pub fn images_with(text: &str, overrides: &BTreeMap<String, String>) -> Vec<Supplied> {
    let dockerfile = parse(text);
    let (defaults, supplied) = (Arguments::of(&dockerfile, &BTreeMap::new()), Arguments::of(&dockerfile, overrides));
    let stages = Stages::of(&dockerfile);
    let mut found = Vec::new();
    for item in &dockerfile.items {
        let ItemKind::From { image: word, .. } = &item.kind else { continue };
        let stage = item.stage.unwrap_or(0);
        let Some(with) = supplied.image(word, stage, &stages) else { continue };
        let by_default = defaults.image(word, stage, &stages);
        if by_default.is_none_or(|it| it.reference != with.reference) {
            let written = without_quotes(&word.text).to_owned();
            found.push(Supplied { span: word.span.clone(), written, reference: with.reference });
        }
    }
    found
}

/// The same, of those stages alone that a build of this target needs; without a target the last stage is built.
pub fn images_built(text: &str, overrides: &BTreeMap<String, String>, target: Option<&str>) -> Vec<Supplied> {
    let mut found = images_with(text, overrides);
    if found.is_empty() {
        return found;
    }
    let dockerfile = parse(text);
    let arguments = Arguments::of(&dockerfile, overrides);
    let stages = Stages::of(&dockerfile);
    let parents = parents(&dockerfile, &arguments, &stages);
    let starts = dockerfile.items.iter().filter_map(|item| match &item.kind {
        ItemKind::From { image, .. } => Some(image.span.clone()),
        ItemKind::Arg { .. } | ItemKind::CopyFrom(_) | ItemKind::MountFrom(_) => None,
    });
    let starts: Vec<Range<usize>> = starts.collect();
    let target = match target {
        Some(target) => stages.first(target).or_else(|| target.parse().ok()),
        None => stages.n_stages.checked_sub(1),
    };
    let Some(target) = target else { return Vec::new() };
    let mut is_needed = vec![false; stages.n_stages];
    let mut open = vec![target];
    while let Some(stage) = open.pop() {
        if is_needed.get(stage) == Some(&false) {
            is_needed[stage] = true;
            open.extend(parents[stage].starts_from.iter().chain(&parents[stage].takes_from));
        }
    }
    found.retain(|it| starts.iter().zip(&is_needed).any(|(span, is_needed)| *is_needed && *span == it.span));
    found
}

/// The earlier stages that a stage needs.
#[derive(Clone, Default)]
struct Parents {
    /// The one that its FROM names.
    starts_from: Option<usize>,
    /// Those that it copies or mounts files from.
    takes_from: Vec<usize>,
}

/// What each stage of a file needs.
fn parents(dockerfile: &Dockerfile<'_>, arguments: &Arguments, stages: &Stages) -> Vec<Parents> {
    let mut parents = vec![Parents::default(); stages.n_stages];
    for item in &dockerfile.items {
        let stage = item.stage.unwrap_or(0);
        let Some(of_stage) = parents.get_mut(stage) else { continue };
        let earlier = |it: Option<usize>| it.filter(|it| *it < stage);
        match &item.kind {
            ItemKind::Arg { .. } => {}
            ItemKind::From { image, .. } => {
                let value = arguments.scope.expand(&image.text).ok();
                of_stage.starts_from = earlier(value.and_then(|it| stages.first(&it.value)));
            }
            ItemKind::CopyFrom(from) => {
                of_stage.takes_from.extend(earlier(from.text.parse().ok().or_else(|| stages.first(&from.text))));
            }
            ItemKind::MountFrom(from) => of_stage.takes_from.extend(earlier(stages.first(&from.text))),
        }
    }
    parents
}

/// Of each stage whether its image is only built with: nothing that the file is built for ends at it.
///
/// What it is built for is each stage that no other needs: the last one, and those that a build may name as its target.
/// Each ends at the image of the stage that its FROMs lead to; a stage that others only copy from is a builder.
pub(super) fn builders(dockerfile: &Dockerfile<'_>, arguments: &Arguments, stages: &Stages) -> Vec<bool> {
    let parents = parents(dockerfile, arguments, stages);
    let mut is_needed = vec![false; parents.len()];
    for it in parents.iter().flat_map(|it| it.starts_from.iter().chain(&it.takes_from)) {
        is_needed[*it] = true;
    }
    let mut is_builder = vec![true; parents.len()];
    for ends in (0..parents.len()).filter(|it| !is_needed[*it]) {
        let mut stage = ends;
        // A FROM names earlier stages only, so this comes to an end.
        while let Some(earlier) = parents[stage].starts_from {
            stage = earlier;
        }
        is_builder[stage] = false;
    }
    is_builder
}

/// The stages of a file by their names.
pub(super) struct Stages {
    pub(super) n_stages: usize,
    /// The first stage of each name, in lower case.
    by_name: BTreeMap<String, usize>,
}

impl Stages {
    pub(super) fn of(dockerfile: &Dockerfile<'_>) -> Self {
        let mut stages = Stages { n_stages: 0, by_name: BTreeMap::new() };
        for item in &dockerfile.items {
            if let ItemKind::From { name, .. } = &item.kind {
                if let Some(name) = name {
                    stages.by_name.entry(name.text.to_ascii_lowercase()).or_insert(stages.n_stages);
                }
                stages.n_stages += 1;
            }
        }
        stages
    }

    /// The first stage that has the name, in any case.
    pub(super) fn first(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_ascii_lowercase()).copied()
    }
}

/// The arguments that a file's FROMs see.
pub(super) struct Arguments {
    scope: Scope,
    /// The same, but arguments that come to nothing have no value: what an empty default leaves open.
    without_empty: Scope,
    declared: BTreeMap<String, Declared>,
    /// What stands in the way of a default, in file order.
    pub(super) troubles: Vec<(Range<usize>, Trouble)>,
}

/// Where an argument is declared.
#[derive(Clone, Copy, PartialEq)]
enum Declared {
    BeforeFrom,
    InStage,
}

/// What stands in the way of an argument's default.
pub(super) enum Trouble {
    /// A template fills it in; where in the word its first mark stands.
    Template { mark: usize },
    /// It can't be expanded.
    Error(ExpandError),
}

/// The image of a FROM.
pub(super) struct Image {
    pub(super) reference: Reference,
    /// Where a value came from that the file doesn't give.
    pub(super) via: Option<String>,
    /// What is open, and why.
    pub(super) gap: Option<(GapReason, String)>,
    /// Where in the word a template's mark stands.
    pub(super) mark: Option<usize>,
}

impl Arguments {
    /// The arguments of a file, with these values in place of their defaults.
    pub(super) fn of(dockerfile: &Dockerfile<'_>, overrides: &BTreeMap<String, String>) -> Self {
        let mut troubles = Vec::new();
        let scope = scope(dockerfile, overrides, true, &mut troubles);
        let without_empty = self::scope(dockerfile, overrides, false, &mut Vec::new());
        let mut declared: BTreeMap<String, Declared> = BTreeMap::new();
        for item in &dockerfile.items {
            let ItemKind::Arg { name, .. } = &item.kind else { continue };
            let place = if item.stage.is_none() { Declared::BeforeFrom } else { Declared::InStage };
            declared.entry(name.text.to_string()).or_insert(place);
        }
        Arguments { scope, without_empty, declared, troubles }
    }

    /// The image of a FROM of this stage; none where it comes to an earlier stage or to `scratch`.
    pub(super) fn image(&self, word: &Word<'_>, stage: usize, stages: &Stages) -> Option<Image> {
        let text = &word.text;
        if let Some(mark) = template_mark(text) {
            return Some(Image { mark: Some(mark), ..Image::of(of_template(text, mark)) });
        }
        let expanded = match self.scope.expand(text) {
            Ok(expanded) => expanded,
            Err(error) => return Some(self.not_expanded(text, &error)),
        };
        // BuildKit looks for the stage with what it computed: nothing for what has no value.
        if expanded.value == "scratch" || stages.first(&expanded.value).is_some_and(|first| first < stage) {
            return None;
        }
        let via = expanded.of_platform.then(|| "build for linux/amd64".to_owned());
        let parsed = image::parse(&expanded.shown);
        let found = match (&expanded.missing, parsed) {
            (Some(missing), parsed) => {
                let detail = self.why_open(missing);
                let reference = match template_mark(&expanded.shown) {
                    Some(mark) => of_template(&expanded.shown, mark),
                    None => because(&detail, parsed),
                };
                Image { gap: Some((GapReason::Unresolved, detail)), ..Image::of(reference) }
            }
            (None, Ok(reference)) => Image::of(reference),
            (None, Err(why_not)) => {
                self.with_empty_default(text).unwrap_or_else(|| Image::of(Reference::of(Err(why_not))))
            }
        };
        Some(Image { via, ..found })
    }

    /// An image that an empty default keeps from being one: the file leaves it to the build, as one without a default.
    fn with_empty_default(&self, text: &str) -> Option<Image> {
        let expanded = self.without_empty.expand(text).ok()?;
        let Some(Missing::Argument(name)) = &expanded.missing else { return None };
        if self.declared.get(name) != Some(&Declared::BeforeFrom) {
            return None;
        }
        let detail = format!("argument {name} is empty by default");
        let reference = because(&detail, image::parse(&expanded.shown));
        Some(Image { gap: Some((GapReason::Unresolved, detail)), ..Image::of(reference) })
    }

    fn not_expanded(&self, text: &str, error: &ExpandError) -> Image {
        let prefix = text.split('$').next().unwrap_or_default();
        let dynamic = |reason: GapReason, detail: String| Image {
            gap: Some((reason, detail.clone())),
            ..Image::of(Reference::dynamic(prefix, detail))
        };
        match error {
            ExpandError::BadSubstitution => Image::of(Reference::of(Err(WhyNot::because(NO_SUBSTITUTION)))),
            ExpandError::TooComplex => dynamic(GapReason::TooComplex, TOO_COMPLEX.to_owned()),
            ExpandError::Required(name) => {
                let mut detail = match self.scope.value(name) {
                    Some(_) => format!("argument {name} is empty by default"),
                    None => self.why_open(&Missing::Argument(name.clone())),
                };
                if self.declared.get(name) == Some(&Declared::BeforeFrom) {
                    detail += ", and the build must give it a value";
                }
                dynamic(GapReason::Unresolved, detail)
            }
        }
    }

    /// Why a value isn't known, and of which argument.
    fn why_open(&self, missing: &Missing) -> String {
        match missing {
            Missing::Template(name) => format!("the default of argument {name} is filled in by a template"),
            Missing::Default(name) => format!("the default of argument {name} can't be read"),
            Missing::Argument(name) => match self.declared.get(name) {
                Some(Declared::BeforeFrom) => format!("argument {name} has no default"),
                Some(Declared::InStage) => format!("argument {name} is declared in a stage, which no FROM sees"),
                None => format!("argument {name} is not declared before the first FROM"),
            },
        }
    }
}

impl Image {
    fn of(reference: Reference) -> Self {
        Image { reference, via: None, gap: None, mark: None }
    }
}

pub(super) const NO_SUBSTITUTION: &str = "not a substitution that BuildKit accepts";
pub(super) const TOO_COMPLEX: &str = "substitutions nested too deep or too long";

/// The variables that FROMs see. With `keeps_empty` as in BuildKit; without it, an argument whose value is empty has
/// none, nor have those made of it.
fn scope(
    dockerfile: &Dockerfile<'_>,
    overrides: &BTreeMap<String, String>,
    keeps_empty: bool,
    troubles: &mut Vec<(Range<usize>, Trouble)>,
) -> Scope {
    let mut scope = Scope::new(dockerfile.escape, &last_stage(dockerfile), overrides);
    for item in dockerfile.items.iter().filter(|item| item.stage.is_none()) {
        let ItemKind::Arg { name, default } = &item.kind else { continue };
        let name = &*name.text;
        let value = match (overrides.get(name), default) {
            (Some(value), _) => Expanded::literal(value),
            (None, Some(default)) => match default_of(name, default, &scope) {
                (value, None) => value,
                (value, Some(trouble)) => {
                    troubles.push((default.span.clone(), trouble));
                    value
                }
            },
            // Without a default nothing changes.
            (None, None) => continue,
        };
        if keeps_empty || !value.shown.is_empty() {
            scope.declare(name, value);
        } else {
            scope.forget(name);
        }
    }
    scope
}

/// What a default comes to, and what is in the way of it.
fn default_of(name: &str, default: &Word<'_>, scope: &Scope) -> (Expanded, Option<Trouble>) {
    if let Some(mark) = template_mark(&default.text) {
        return (Expanded::template(name, &default.text), Some(Trouble::Template { mark }));
    }
    match scope.expand(&default.text) {
        Ok(value) => (value, None),
        Err(error) => (Expanded::unread(name), Some(Trouble::Error(error))),
    }
}

/// The name of the last stage, which BuildKit tells as the one to build unless it is asked for another.
fn last_stage(dockerfile: &Dockerfile<'_>) -> String {
    let mut names = dockerfile.items.iter().filter_map(|item| match &item.kind {
        ItemKind::From { name, .. } => Some(name.as_ref().map(|name| name.text.to_ascii_lowercase())),
        ItemKind::Arg { .. } | ItemKind::CopyFrom(_) | ItemKind::MountFrom(_) => None,
    });
    names.next_back().flatten().unwrap_or_else(|| "default".to_owned())
}

/// What a reference with a template's expression still tells: its identity where only the version is open.
pub(super) fn of_template(text: &str, mark: usize) -> Reference {
    let prefix = &text[..mark];
    let last_part = prefix.rsplit('/').next().unwrap_or(prefix);
    let is_in_tag = last_part.contains(':') && !text[mark..].trim_end_matches(['}', '%', '>']).contains('/');
    match last_part.find(':') {
        Some(colon) if is_in_tag && colon > 0 => {
            let name_end = prefix.len() - last_part.len() + colon;
            let reference = Some(text[name_end + 1..].to_owned());
            let named = Reference::of(image::parse(&prefix[..name_end]));
            Reference { version: Version { reference, ..Version::only(Pin::Dynamic) }, ..named }
        }
        _ => Reference::dynamic(prefix, "filled in by a template"),
    }
}

/// A reference that is open for a reason that is better known here than by the grammar.
fn because(detail: &str, parsed: Parsed) -> Reference {
    match Reference::of(parsed) {
        Reference { origin: Origin::Dynamic { prefix, reason: _ }, version } => {
            Reference { origin: Origin::Dynamic { prefix, reason: detail.to_owned() }, version }
        }
        other => other,
    }
}

pub(super) fn without_quotes(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Supplied, images_built, images_with, of_template};

    #[test]
    fn stages_that_only_build() {
        for (text, expected) in [
            ("FROM a", "a"),
            ("FROM a AS x\nFROM b\nCOPY --from=x / /", "b"),
            ("FROM a AS x\nFROM b AS y\nCOPY --from=0 / /\nFROM y AS z\nFROM z", "b"),
            ("FROM a AS x\nFROM b\nRUN --mount=from=X,target=/x true", "b"),
            // What no other stage needs may be a build's target.
            ("FROM a AS x\nFROM b AS y", "a b"),
            ("FROM a AS x\nFROM x AS y\nFROM scratch\nCOPY --from=y / /", ""),
            // A stage that another starts from and a third copies from.
            ("FROM a AS x\nFROM x AS y\nFROM x\nCOPY --from=y / /", "a"),
            ("ARG B=x\nFROM a AS x\nFROM b AS c\nFROM $B\nCOPY --from=c / /", "a"),
        ] {
            let bases = super::super::bases(text);
            let finals = bases.iter().filter(|it| !it.is_builder).map(|it| it.written.as_str());
            assert_eq!(finals.collect::<Vec<_>>().join(" "), expected, "{text}");
        }
    }

    #[test]
    fn only_stages_that_are_needed() {
        let text = "ARG V=1\nARG BASE=a\nFROM x/a:$V AS a\nFROM x/b:$V AS b\nFROM x/c:$V AS c\n\
                    FROM x/d:$V AS d\nRUN --mount=from=c,target=/c true\nFROM ${BASE} AS base\nCOPY --from=3 /d /d\n";
        for (base, target, expected) in [
            ("a", None, "x/a x/c x/d"),
            ("b", None, "x/b x/c x/d"),
            ("b", Some("D"), "x/c x/d"),
            ("b", Some("0"), "x/a"),
            ("b", Some("nowhere"), ""),
        ] {
            let arguments = [("V", "2"), ("BASE", base)].map(|(name, value)| (name.to_owned(), value.to_owned()));
            let found = images_built(text, &BTreeMap::from(arguments), target);
            let names = found.iter().map(|it| it.written.trim_end_matches(":$V")).collect::<Vec<_>>();
            assert_eq!(names.join(" "), expected, "{base} {target:?}");
        }
    }
    use crate::origin::{Origin, Reference, image};
    use crate::syntax::dockerfile::template_mark;

    /// One line an image that arguments change: the image as written, and what it comes to.
    fn changed(text: &str, arguments: &[(&str, &str)]) -> Vec<String> {
        let arguments: BTreeMap<String, String> =
            arguments.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let told = |it: Supplied| {
            assert_eq!(text[it.span.clone()].trim_matches('"'), it.written, "{text}");
            let Reference { origin, version } = it.reference;
            let tag = version.reference.unwrap_or_default();
            match origin {
                Origin::Image { registry, repository } => format!("{} = {registry}/{repository}:{tag}", it.written),
                other => format!("{} = {other:?}", it.written),
            }
        };
        images_with(text, &arguments).into_iter().map(told).collect()
    }

    #[test]
    fn images_that_supplied_arguments_change() {
        for (text, arguments, expected) in [
            ("ARG V=1\nFROM acme/a:$V\nFROM acme/b:2", &[("V", "3")][..], &["acme/a:$V = docker.io/acme/a:3"][..]),
            // The same value changes nothing.
            ("ARG V=1\nFROM acme/a:$V", &[("V", "1")], &[]),
            // Only what is declared before the first FROM counts.
            ("FROM acme/a:${V:-1}", &[("V", "3")], &[]),
            ("FROM x\nARG V=1\nFROM acme/a:${V:-1}", &[("V", "3")], &[]),
            ("ARG V\nFROM acme/a:${V:-1}", &[("V", "3")], &["acme/a:${V:-1} = docker.io/acme/a:3"]),
            // An argument without default, and one made of it.
            ("ARG V\nFROM acme/a:$V", &[("V", "3")], &["acme/a:$V = docker.io/acme/a:3"]),
            ("ARG V=1\nARG I=ghcr.io/acme/a:$V\nFROM \"$I\"", &[("V", "3")], &["$I = ghcr.io/acme/a:3"]),
            ("ARG V=1\nARG I=acme/a:$V\nFROM $I", &[("I", "acme/b"), ("V", "3")], &["$I = docker.io/acme/b:"]),
            // Declared twice: what is supplied wins both times.
            ("ARG V=1\nARG V=2\nFROM acme/a:$V", &[("V", "3")], &["acme/a:$V = docker.io/acme/a:3"]),
            // A value stands for itself; an expression in it stays open.
            ("ARG V=1 W=2\nFROM acme/a:$V", &[("V", "$W"), ("W", "9")], &["acme/a:$V = docker.io/acme/a:$W"]),
            ("ARG V=1\nFROM acme/a:$V", &[("V", "${{ matrix.v }}")], &["acme/a:$V = docker.io/acme/a:${{ matrix.v }}"]),
            // An empty value.
            ("ARG R=acme/\nFROM ${R}a:1", &[("R", "")], &["${R}a:1 = docker.io/library/a:1"]),
            ("ARG V=1\nFROM acme/a:$V", &[("V", "")], &["acme/a:$V = docker.io/acme/a:${V}"]),
            // To and from a stage, and no image at all.
            ("ARG B=acme/a\nFROM acme/x AS x\nFROM $B", &[("B", "x")], &[]),
            ("ARG B=x\nFROM acme/x AS x\nFROM $B", &[("B", "acme/a:1")], &["$B = docker.io/acme/a:1"]),
            ("ARG B=acme/a\nFROM $B", &[("B", "scratch")], &[]),
            // What BuildKit sets itself.
            ("FROM acme/a:$TARGETARCH", &[("TARGETARCH", "arm64")], &["acme/a:$TARGETARCH = docker.io/acme/a:arm64"]),
            // Line by line the same arguments, other images.
            (
                "ARG V=1\nFROM acme/a:$V\nFROM acme/b:${V}-x",
                &[("V", "3")],
                &["acme/a:$V = docker.io/acme/a:3", "acme/b:${V}-x = docker.io/acme/b:3-x"],
            ),
            ("", &[("V", "3")], &[]),
        ] {
            assert_eq!(changed(text, arguments), expected, "{text:?} {arguments:?}");
        }
    }

    #[test]
    fn a_supplied_argument_keeps_what_only_the_build_knows_apart() {
        let open = "ARG V\nFROM acme/a:$V";
        assert_eq!(changed(open, &[]), Vec::<String>::new());
        let platform = "FROM acme/a:$TARGETARCH";
        let arm = BTreeMap::from([("TARGETARCH".to_owned(), "amd64".to_owned())]);
        // The value that is assumed anyway.
        assert_eq!(images_with(platform, &arm), Vec::new());
        let given = BTreeMap::from([("V".to_owned(), "1.2.3".to_owned())]);
        assert_eq!(images_with(open, &given)[0].reference, image::parse("acme/a:1.2.3").unwrap());
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "((ARG|FROM|AS|A|=|\\$A|\\$\\{A|:-|\\}|a| |\n){1}){0,30}", value in "\\PC{0,8}") {
            images_with(&text, &BTreeMap::from([("A".to_owned(), value)]));
        }
    }

    #[test]
    fn references_of_templates() {
        for (text, expected) in [
            ("alpine:{{ v }}", Ok("library/alpine")),
            ("ghcr.io/a/b:3-@V@", Ok("a/b")),
            ("host:{{ port }}/a", Err("host:")),
            ("{{ registry }}/a:1", Err("")),
            ("a/{% if x %}b{% endif %}", Err("a/")),
            (":{{ v }}", Err(":")),
        ] {
            match (of_template(text, template_mark(text).unwrap()).origin, expected) {
                (Origin::Image { repository, .. }, Ok(expected)) => {
                    assert_eq!(repository, expected, "{text}");
                }
                (Origin::Dynamic { prefix, reason: _ }, Err(expected)) => {
                    assert_eq!(prefix, expected, "{text}");
                }
                (other, _) => panic!("{text}: {other:?}"),
            }
        }
    }
}
