//! `testdata/references/<grammar>.tsv`: one reference a line and what it says, written by hand from the behaviour of
//! the tools themselves.
//!
//! A line is `input<TAB>expected`. Empty lines and lines that begin with `# ` are for readers. In an input `\n`, `\t`,
//! `\r` and `\\` stand for themselves. What is expected is told as [`told`] does.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a harness that reads testdata")]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use levelset::facts::Identity;
use levelset::org::owner::Owners;
use levelset::org::registry;
use levelset::origin::{Origin, Parsed, Pin, Reference, Version, WhyNot, action, chart, image, terraform};
use levelset::rules::Rules;
use levelset::rules::tables::Tables;
use levelset::syntax::dockerfile::{Expanded, Scope};

/// The grammars, each with how a line's input is read.
const GRAMMARS: &[(&str, fn(&str) -> String)] = &[
    ("dockerfile-substitution", substituted),
    ("github-uses", |input| told(action::parse(input))),
    ("helm-repository", |input| told(chart::parse(Some(input), "app", None, "charts/shop"))),
    ("image", |input| told(image::parse(input))),
    ("image-tag-pin", |input| pin_told(image::pin_of_tag(input))),
    ("registry-class", classed),
    ("terraform-module", |input| {
        // `source | version`, in a file of the folder `infra/live`.
        let (source, version) = input.split_once(" | ").map_or((input, None), |(it, version)| (it, Some(version)));
        told(terraform::parse(source, version, "infra/live"))
    }),
    ("terraform-provider", |input| told(terraform::provider(input, None))),
];

#[test]
fn references_are_read_as_their_tools_read_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/references");
    let mut wrong = Vec::new();
    for (grammar, read) in GRAMMARS {
        let text = fs::read_to_string(folder.join(format!("{grammar}.tsv"))).unwrap_or_default();
        let mut n = 0;
        for (number, line) in text.lines().enumerate().filter(|(_, it)| !it.is_empty() && !it.starts_with("# ")) {
            let at = format!("{grammar}.tsv:{}", number + 1);
            let Some((input, expected)) = line.split_once('\t') else {
                wrong.push(format!("{at}: no tab between input and expectation"));
                continue;
            };
            n += 1;
            let told = read(&unescaped(input));
            if told != expected {
                wrong.push(format!("{at}: {input}\n  expected {expected}\n  told     {told}"));
            }
        }
        println!("{grammar}: {n} cases");
        if n == 0 {
            wrong.push(format!("{grammar}.tsv: no cases"));
        }
    }
    let known = |name: &str| GRAMMARS.iter().any(|(grammar, _)| name.strip_suffix(".tsv") == Some(grammar));
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !known(&name) {
            wrong.push(format!("{name}: no grammar reads it"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// A reference on one line: kind, identity, `//path`, version, pin; or `invalid: why`.
///
/// `local modules/x same-commit`, `repo github.com acme/tf-vpc //modules/x ref=v1.2.0 exact`,
/// `registry registry.terraform.io acme/vpc/aws constraint=~> 1.2 range`, `image docker.io library/alpine ref=3.20
/// partial`, `url host path default`, `server-side name default`, `dynamic prefix`.
fn told(parsed: Parsed) -> String {
    let within = |path: &str| if path.is_empty() { String::new() } else { format!(" //{path}") };
    match parsed {
        Err(WhyNot { reason, version: _ }) => format!("invalid: {reason}"),
        Ok(Reference { origin, version }) => {
            let origin = match origin {
                Origin::Local { path } => format!("local {}", if path.is_empty() { "." } else { &path }),
                Origin::Repo { host, owner, name, path } => format!("repo {host} {owner}/{name}{}", within(&path)),
                Origin::Registry { host, name, path } => format!("registry {host} {name}{}", within(&path)),
                Origin::Image { registry, repository } => format!("image {registry} {repository}"),
                Origin::Url { host, path } => format!("url {host} {path}"),
                Origin::ServerSide { name } => format!("server-side {name}"),
                Origin::Dynamic { prefix, reason: _ } => return format!("dynamic {prefix}").trim_end().to_owned(),
                Origin::Invalid { reason } => return format!("invalid: {reason}"),
            };
            format!("{origin}{}", version_told(&version))
        }
    }
}

fn version_told(version: &Version) -> String {
    let Version { pin, reference, constraint, digest } = version;
    let mut told = String::new();
    for (name, value) in [("ref", reference), ("constraint", constraint), ("digest", digest)] {
        if let Some(value) = value {
            told.push_str(&format!(" {name}={value}"));
        }
    }
    format!("{told} {}", pin_told(*pin))
}

fn pin_told(pin: Pin) -> String {
    serde_json::to_value(pin).unwrap().as_str().unwrap().to_owned()
}

/// `A=1 B= | word`: what the word comes to with these variables, or `error`. `escape=` is the escape character.
fn substituted(input: &str) -> String {
    let (variables, word) = input.split_once("| ").unwrap();
    let variables: Vec<(&str, &str)> = variables.split_whitespace().map(|it| it.split_once('=').unwrap()).collect();
    let escape = variables.iter().find(|(name, _)| *name == "escape").and_then(|(_, value)| value.chars().next());
    let mut scope = Scope::empty(escape.unwrap_or('\\'));
    for (name, value) in variables {
        scope.declare(name, Expanded::literal(value));
    }
    scope.expand(word).map_or_else(|_| "error".to_owned(), |expanded| expanded.value)
}

/// `host/owner … | image`: whose the image is where these owners are known, and what it is a copy of.
fn classed(input: &str) -> String {
    let (known, image) = input.split_once("| ").unwrap();
    let known: Vec<Identity> = known
        .split_whitespace()
        .map(|it| it.split_once('/').unwrap())
        .map(|(host, owner)| Identity { host: host.to_owned(), owner: owner.to_owned(), name: "x".to_owned() })
        .collect();
    let table = &TABLES.registries;
    let Ok(Reference { origin: Origin::Image { registry, repository }, .. }) = image::parse(image) else {
        return "invalid".to_owned();
    };
    let owner = registry::of_image(&registry, &repository, &Owners::of(known.iter()), table).id();
    match registry::upstream(&registry, &repository, table) {
        Some((host, name)) => format!("{owner} = {host} {name}"),
        None if registry::is_mirror(&Origin::Image { registry, repository }, table) => format!("{owner} mirror"),
        None => owner.to_owned(),
    }
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Rules::load(None).unwrap().tables);

fn unescaped(input: &str) -> String {
    let mut text = String::new();
    let mut characters = input.chars();
    while let Some(character) = characters.next() {
        match (character, characters.clone().next()) {
            ('\\', Some(next @ ('n' | 't' | 'r' | '\\'))) => {
                characters.next();
                text.push(match next {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                });
            }
            (other, _) => text.push(other),
        }
    }
    text
}
