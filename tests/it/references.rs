//! `testdata/references/<grammar>.tsv`: one reference a line and what it says, written by hand from the behaviour of
//! the tools themselves. Tables of CODEOWNERS have rules and a path in place of a reference.
//!
//! A line is `input<TAB>expected`. Empty lines and lines that begin with `# ` are for readers. In an input `\n`, `\t`,
//! `\r` and `\\` stand for themselves. What is expected is told as [`told`] does.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a harness that reads testdata")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use levelset::classify::FileKind;
use levelset::extract::terragrunt::source as terragrunt;
use levelset::facts::{Context, Facts, Identity};
use levelset::org::codeowners::CodeOwners;
use levelset::org::owner::Owners;
use levelset::org::registry;
use levelset::origin::constraint::Constraint;
use levelset::origin::git::{self, GitUrl};
use levelset::origin::tekton::{self, Definition};
use levelset::origin::version::Semver;
use levelset::origin::{
    Origin, Parsed, Pin, Reference, Version, WhyNot, action, ansible, azure, bicep, bitbucket, chart, cirrus,
    cloudformation, earthly, gitlab, image, jenkins, kustomize, orb, plugin, preset, pulumi, screwdriver, template,
    terraform, travis_import,
};
use levelset::resolve::Questions;
use levelset::rules::Rules;
use levelset::rules::tables::Tables;
use levelset::source::SourceFile;
use levelset::syntax::dockerfile::{Expanded, Scope};

/// How a line's input is read and told.
type Read = fn(&str) -> String;

/// The grammars, each with how its lines are read.
const GRAMMARS: &[(&str, Read)] = &[
    ("ansible-requirement", |input| {
        let mut parts = input.split(" | ").map(|it| Some(it).filter(|it| *it != "-"));
        let first = parts.next().flatten().unwrap_or("");
        let mut part = || parts.next().flatten();
        match first.split_once(' ') {
            Some(("role", src)) => told(ansible::role(src, part(), part())),
            Some((_, name)) => told(ansible::collection(name, part(), part(), part(), "ansible")),
            None => "neither role nor collection".to_owned(),
        }
    }),
    ("azure-repository", |input| {
        let mut parts = input.split(" | ");
        let (kind, name) = (parts.next().unwrap_or("").trim(), parts.next().unwrap_or(""));
        told(Ok(azure::repository(kind, name, parts.next())))
    }),
    ("azure-task", |input| told(azure::task(input))),
    ("azure-template", |input| {
        let declared = |alias: &str| match alias {
            "templates" => Some(azure::repository("github", "acme/templates", Some("refs/tags/v1"))),
            "tools" => Some(azure::repository("git", "Platform/tools", None)),
            "wrong" => Some(azure::repository("github", "templates", None)),
            _ => None,
        };
        told(azure::template(input, "ci/jobs", &declared))
    }),
    ("bicep-module", |input| told(bicep::parse(input, "infra", &BicepAliases))),
    ("bitbucket-import", |input| match input.split_once(" | ") {
        // `pipeline@name | source`: the source that `definitions.imports` has under the name.
        Some((import, source)) => match bitbucket::of_source(import) {
            Some((pipeline, name)) => format!("{pipeline} of {name}: {}", told(bitbucket::parse_source(source))),
            None => "no name of a source".to_owned(),
        },
        None => match bitbucket::pipeline(input) {
            Some(pipeline) => format!("{pipeline}: {}", told(bitbucket::parse(input))),
            None => told(bitbucket::parse(input)),
        },
    }),
    ("bitbucket-pipe", |input| told(bitbucket::pipe(input))),
    ("buildkite-plugin", |input| told(plugin::parse(input))),
    ("circleci-orb", |input| told(orb::parse(input))),
    ("dockerfile-substitution", substituted),
    ("git-ref-pin", |input| pin_told(Pin::of_git_ref(input))),
    ("git-remote", |input| match git::parse(input) {
        Some(GitUrl { host, owner, name }) => format!("repo {host} {owner}/{name}"),
        None => "none".to_owned(),
    }),
    ("cirrus-load", |input| told(cirrus::parse(input, ""))),
    // In the Earthfile of the folder `services/shop`.
    ("earthly-target", |input| told(earthly::parse(input, "services/shop"))),
    // `template | commit`; a template of a portal is the reference to its entity.
    ("project-template", |input| match input.split_once(" | ") {
        Some((source, commit)) => told(template::parse(source, Some(commit))),
        None if input.starts_with("template:") => told(template::of_portal(input)),
        None => told(template::parse(input, None)),
    }),
    ("renovate-preset", |input| match preset::parse(input) {
        Some(parsed) => told(parsed),
        None => "built in".to_owned(),
    }),
    ("screwdriver-template", |input| told(screwdriver::parse(input))),
    ("cloudformation-reference", |input| {
        let (text, version) = input.split_once(" | ").map_or((input, None), |(it, version)| (it, Some(version)));
        match text.split_once(' ') {
            Some(("template", address)) => told(cloudformation::template(address, "stacks")),
            Some(("application", arn)) => told(cloudformation::application(arn, version)),
            Some((_, of_type)) => told(cloudformation::module(of_type)),
            None => "no kind of reference".to_owned(),
        }
    }),
    ("codeowners-gitea", |input| owners(".gitea/CODEOWNERS", input)),
    ("codeowners-github", |input| owners(".github/CODEOWNERS", input)),
    ("codeowners-gitlab", |input| owners(".gitlab/CODEOWNERS", input)),
    ("forgejo-uses", |input| match input.strip_prefix("call ") {
        Some(input) => told(action::parse_forgejo_call(input)),
        None => told(action::parse_forgejo(input)),
    }),
    ("github-call", |input| told(action::parse_call(input))),
    ("github-uses", |input| told(action::parse(input))),
    ("gitlab-component", |input| told(gitlab::parse(gitlab::Include::Component(input)))),
    ("gitlab-include", |input| told(gitlab::parse(included(input)))),
    ("helm-chart", |input| {
        let mut parts = input.split('|').map(str::trim);
        let chart = parts.next().unwrap();
        let (repository, version) = (parts.next(), parts.next());
        let alias = |name: &str| match name {
            "acme" => Some("https://charts.acme.example/stable".to_owned()),
            "oci" => Some("oci://registry.acme.example/charts".to_owned()),
            _ => None,
        };
        let has_chart = |folder: &str| ["deploy/charts/shop", "deploy/stable/shop"].contains(&folder);
        let place = chart::Place { folder: Some("deploy"), alias: &alias, has_chart: &has_chart };
        told(chart::named(chart, repository, version, &place))
    }),
    ("helm-repository", |input| {
        let (repository, version) = input.split_once(" | ").map_or((input, None), |(it, version)| (it, Some(version)));
        told(chart::parse(Some(repository), "app", version, "charts/shop"))
    }),
    ("image", |input| told(image::parse(input))),
    ("image-tag-pin", |input| pin_told(image::pin_of_tag(input))),
    ("jenkins-library", |input| {
        // `identifier | remote | folder`, where the pipeline says where the library is.
        let mut parts = input.split(" | ");
        let identifier = parts.next().unwrap_or_default();
        told(match parts.next() {
            Some(remote) => jenkins::parse_with_remote(identifier, remote, parts.next().unwrap_or_default()),
            None => jenkins::parse(identifier),
        })
    }),
    ("kustomize-resource", |input| told(kustomize::parse(input, "apps/shop"))),
    ("pac-annotation", |input| match input.strip_prefix("pipeline ") {
        Some(input) => told(tekton::annotation(Definition::Pipeline, input)),
        None => told(tekton::annotation(Definition::Task, input)),
    }),
    ("pulumi-package", |input| {
        let (source, version) = input.split_once(" | ").map_or((input, None), |(it, version)| (it, Some(version)));
        told(pulumi::parse(source, version, "infra"))
    }),
    ("registry-class", classed),
    ("tekton-resolver", |input| {
        let mut words = input.split(' ');
        let definition = match words.next() {
            Some("pipeline") => Definition::Pipeline,
            Some("stepaction") => Definition::StepAction,
            _ => Definition::Task,
        };
        let resolver = words.next().unwrap();
        let params: Vec<(&str, &str)> = words.map(|it| it.split_once('=').unwrap()).collect();
        let param = |name: &str| params.iter().find(|(it, _)| *it == name).map(|(_, value)| *value);
        match resolver {
            "named" => told(tekton::named(definition, param("name").unwrap())),
            resolver => told(tekton::resolver(definition, resolver, &param)),
        }
    }),
    ("terraform-module", |input| {
        // `source | version`, in a file of the folder `infra/live`.
        let (source, version) = input.split_once(" | ").map_or((input, None), |(it, version)| (it, Some(version)));
        told(terraform::parse(source, version, "infra/live"))
    }),
    ("terraform-provider", |input| {
        let (source, version) = input.split_once(" | ").map_or((input, None), |(it, version)| (it, Some(version)));
        told(terraform::provider(source, version))
    }),
    // In a file of the folder `ci`.
    ("travis-import", |input| told(travis_import::parse(input, "ci"))),
    ("version-constraint", |input| constraint_told(input, Constraint::parse)),
    ("version-range", |input| constraint_told(input, Constraint::parse_npm)),
    ("terragrunt-source", |input| {
        // `source | version`, in a unit of the folder `live/app`; of folders there are `live/app/modules/vpc/aws` and
        // `live/app/git.example.org`.
        let (source, version) = input.split_once(" | ").map_or((input, None), |(it, version)| (it, Some(version)));
        let folders = ["live/app/modules/vpc/aws", "live/app/git.example.org"];
        told(terragrunt::parse(source, version, "live/app", &|path| folders.contains(&path)))
    }),
];

/// The aliases of a configuration of Bicep.
struct BicepAliases;

impl bicep::Aliases for BicepAliases {
    fn registry(&self, alias: &str) -> Option<String> {
        let known = [("bare", "acme.azurecr.io"), ("platform", "acme.azurecr.io/bicep/modules")];
        known.iter().find(|it| it.0 == alias).map(|it| it.1.to_owned())
    }

    fn specs(&self, alias: &str) -> Option<String> {
        (alias == "specs").then(|| "0000/rg-specs".to_owned())
    }
}

#[test]
fn references_are_read_as_their_tools_read_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/references");
    let (mut wrong, mut counts, mut n_cases) = (Vec::new(), String::new(), 0);
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
        counts.push_str(&format!("{n:6} {grammar}\n"));
        n_cases += n;
        if n == 0 {
            wrong.push(format!("{grammar}.tsv: no cases"));
        }
    }
    // Not by `println!`: that shows only where a test fails.
    let counts = format!("\nreferences: {n_cases} cases\n{counts}");
    std::io::stdout().write_all(counts.as_bytes()).unwrap();
    let known = |name: &str| GRAMMARS.iter().any(|(grammar, _)| name.strip_suffix(".tsv") == Some(grammar));
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !known(&name) {
            wrong.push(format!("{name}: no grammar reads it"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// `key: value`, for projects `project: path | file | ref`, else the bare text.
fn included(input: &str) -> gitlab::Include<'_> {
    match input.split_once(": ") {
        Some(("local", it)) => gitlab::Include::Local(it),
        Some(("remote", it)) => gitlab::Include::Remote(it),
        Some(("template", it)) => gitlab::Include::Template(it),
        Some(("project", it)) => {
            let mut parts = it.split(" | ");
            let (project, file) = (parts.next().unwrap(), parts.next().unwrap());
            gitlab::Include::Project { project, file, reference: parts.next() }
        }
        _ => gitlab::Include::Bare(input),
    }
}

/// `constraint`: its pin. `constraint | version`: whether that version is allowed.
fn constraint_told(input: &str, parse: fn(&str) -> Result<Constraint, WhyNot>) -> String {
    let (constraint, version) = input.split_once(" | ").map_or((input, None), |(it, version)| (it, Some(version)));
    match (parse(constraint), version.map(Semver::parse)) {
        (Err(WhyNot { reason, version: _ }), _) => format!("invalid: {reason}"),
        (Ok(_), Some(None)) => "no version".to_owned(),
        (Ok(constraint), Some(Some(version))) if constraint.allows(&version) => "allows".to_owned(),
        (Ok(_), Some(Some(_))) => "refuses".to_owned(),
        (Ok(constraint), None) => pin_told(constraint.pin()),
    }
}

fn pin_told(pin: Pin) -> String {
    serde_json::to_value(pin).unwrap().as_str().unwrap().to_owned()
}

/// A grammar's parser, which is given a version constraint where it has room for one, and its printer.
type Spoken = (fn(&str, Option<&str>) -> Parsed, fn(&Reference) -> Option<String>);

#[test]
fn what_is_read_and_can_be_said_again_is_the_same() {
    let spoken: &[(&str, Spoken)] = &[
        ("github-uses", (|input, _| action::parse(input), action::print)),
        ("image", (|input, _| image::parse(input), image::print)),
        ("jenkins-library", (|input, _| jenkins::parse(input), jenkins::print)),
        // What is printed is told as from the root.
        ("terraform-module", (|input, version| terraform::parse(input, version, ""), terraform::print)),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/references");
    for (grammar, (parse, print)) in spoken {
        let text = fs::read_to_string(folder.join(format!("{grammar}.tsv"))).unwrap();
        let inputs = text.lines().filter(|it| !it.starts_with("# ")).filter_map(|it| it.split_once('\t'));
        let mut n = 0;
        for (input, _) in inputs {
            let Ok(reference) = parse(&unescaped(input), None) else { continue };
            let Some(printed) = print(&reference) else { continue };
            let again = parse(&printed, reference.version.constraint.as_deref());
            assert_eq!(again, Ok(reference), "{grammar}: {input} is printed as {printed}");
            n += 1;
        }
        assert!(n > 30, "{grammar}: only {n} can be printed");
    }
}

/// A reference on one line: kind, identity, `//path`, version, pin; or `invalid: why`.
///
/// `local modules/x same-commit`, `repo github.com acme/tf-vpc //modules/x ref=v1.2.0 exact`,
/// `registry registry.terraform.io acme/vpc/aws constraint=~> 1.2 range`, `image docker.io library/alpine ref=3.20
/// partial`, `url host path default`, `server-side name default`, `dynamic prefix`.
pub(crate) fn told(parsed: Parsed) -> String {
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

/// The owners of a path by the rules of a CODEOWNERS file: `* @a ; /docs/ @b > docs/x`. What each rule that decides says,
/// with its section: `@a + [Docs] @b`. `nobody` where a rule has no owners, `none` where there is no rule.
fn owners(file: &str, input: &str) -> String {
    let (lines, path) = input.rsplit_once(" > ").unwrap();
    let text = lines.replace(" ; ", "\n");
    let file = SourceFile::new(file.into(), FileKind::Codeowners, Context::Production, text.as_bytes()).unwrap();
    let mut facts = Facts::new(crate::extract::repo("case"));
    levelset::extract::extract(&file, &mut facts, &mut Questions::default());
    let owned = CodeOwners::of(&facts.owners, None).owned(path);
    let said = owned.rules.iter().map(|rule| {
        let section = rule.section.as_ref().map(|it| format!("[{it}] ")).unwrap_or_default();
        let owners = if rule.owners.is_empty() { "nobody".to_owned() } else { rule.owners.join(" ") };
        format!("{section}{owners}")
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() { "none".to_owned() } else { said.join(" + ") }
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
