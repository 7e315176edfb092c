//! Values that decide whether parts of Terraform modules are made, where files of values or local values have a say: what
//! `*.tfvars` files give to the variables of a root, and what local values that are parts of them, or of a file of JSON that
//! the root reads, come to.
//!
//! Which environment it is run for isn't known, so a part that is chosen by a key stands for all parts there are; what all
//! of them agree on is known. Only names are looked for that a condition asks for, through the calls that lead to it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Files, KnownFile};
use crate::classify::FileKind;
use crate::extract::terraform::switches::setting;
use crate::facts::{Context, Decisions, Facts, Setting, Switches};
use crate::origin::terraform::resolve as resolve_path;
use crate::paths::folder_of;
use crate::source::{Location, SourceFile};
use crate::syntax::hcl::expression::{self, Expression};
use crate::syntax::hcl::{Body, scan, scan_object};
use crate::syntax::yaml::{self, Kind, Node, ProblemKind, Style};

/// How many names are followed.
const MAX_NAMES: usize = 2000;
/// Through how many local values a value is followed.
const MAX_CHAIN: usize = 8;
/// How many files of values are read for one root.
const MAX_FILES: usize = 64;
/// What stands in a path for each part there is.
const EACH: &str = "*";

/// Names that are asked for: a folder and an input of it.
type Asked = BTreeSet<(String, String)>;
/// What a call is given by a local value: the number of the call's switches and the name of its input, with the folder of
/// the call and the local value.
type Locals = BTreeMap<(usize, String), (String, String)>;

/// Adds what files of values give to what conditions ask for, and puts it in the place of local values that are parts of it.
pub(super) fn resolve(facts: &mut Facts, files: &Files<'_>) {
    let is_conditional = |it: &Switches| it.is_call && !it.only_if.is_empty();
    let has_conditions = facts.switches.iter().any(is_conditional)
        || facts.markers.iter().any(|it| it.at.path.ends_with(".tf") && !it.demands().is_empty());
    if !has_conditions {
        return;
    }
    facts.switches.sort();
    let (roots, locals) = asked(facts);
    let is_given = |it: &KnownFile<'_>| it.kind == FileKind::TerraformVariables && it.context == Context::Production;
    let given: Vec<KnownFile<'_>> = files.known().filter(is_given).collect();
    let mut known: BTreeMap<String, Root> = BTreeMap::new();
    let mut settled: Vec<(usize, String, Setting<'static>)> = Vec::new();
    for ((number, input), (folder, local)) in &locals {
        let root = known.entry(folder.clone()).or_insert_with(|| Root::read(folder, &given, files));
        settled.extend(root.of_local(local).map(|it| (*number, input.clone(), it)));
    }
    for (number, input, setting) in settled {
        if let Some(it) = facts.switches.get_mut(number) {
            it.put(&input, &setting);
        }
    }
    let mut names: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
    roots.iter().for_each(|(folder, name)| names.entry(folder).or_default().push(name));
    for (folder, names) in names {
        let root = known.entry(folder.clone()).or_insert_with(|| Root::without_locals(folder, &given, files));
        facts.switches.extend(root.files.iter().map(|it| it.switches(folder, &names)));
    }
}

/// What conditions ask of folders that nobody calls, and which local values calls pass on to where one asks.
fn asked(facts: &Facts) -> (Asked, Locals) {
    let decisions = Decisions::default();
    let mut asked: Asked = BTreeSet::new();
    for it in facts.markers.iter().filter(|it| it.context == Context::Production && it.at.path.ends_with(".tf")) {
        let folder = folder_of(&it.at.path);
        asked.extend(it.demands().iter().filter_map(|it| Some((folder.to_owned(), it.of()?.to_owned()))));
    }
    for it in facts.switches.iter().filter(|it| it.is_call) {
        let folder = folder_of(&it.at.path);
        asked.extend(it.demands().iter().filter_map(|it| Some((folder.to_owned(), it.of()?.to_owned()))));
    }
    let mut open: Vec<(String, String)> = asked.iter().cloned().collect();
    let (mut roots, mut locals) = (BTreeSet::new(), BTreeMap::new());
    while let Some((folder, name)) = open.pop().filter(|_| asked.len() < MAX_NAMES) {
        let calls = decisions.calls_of(facts, &folder);
        if calls.is_empty() {
            roots.insert((folder, name));
            continue;
        }
        let (whole, part) = name.split_once('.').map_or((name.as_str(), ""), |(whole, part)| (whole, part));
        for number in calls {
            let Some(call) = facts.switches.get(number) else { continue };
            let caller = folder_of(&call.at.path).to_owned();
            match call.get(whole) {
                Some(Setting::Variable(of)) => {
                    let of = if part.is_empty() { of.to_owned() } else { format!("{of}.{part}") };
                    if asked.insert((caller.clone(), of.clone())) {
                        open.push((caller, of));
                    }
                }
                Some(Setting::Local(of)) if part.is_empty() => {
                    locals.insert((number, whole.to_owned()), (caller, of.to_owned()));
                }
                _ => {}
            }
        }
    }
    (roots, locals)
}

/// A folder that is applied, as far as values decide.
struct Root {
    /// Its local values, as they are written.
    locals: BTreeMap<String, String>,
    files: Vec<Values>,
    /// What local values read, by the names that they read it by.
    named: BTreeMap<String, Values>,
}

/// A part of what files of values give, or of one file that is read by its name.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    /// The file as it is named; none for the variables.
    file: Option<String>,
    steps: Vec<String>,
}

/// One file of values: what is written in it, none where it can't be read.
struct Values {
    path: String,
    text: Option<String>,
}

impl Root {
    fn read(folder: &str, given: &[KnownFile<'_>], files: &Files<'_>) -> Self {
        let mut locals = BTreeMap::new();
        for file in files.in_folder(folder).filter(|it| it.kind == FileKind::Terraform) {
            let add = |source: &SourceFile<'_>| {
                let (body, _) = scan(source.text());
                for block in body.top_level().filter(|it| it.kind == "locals") {
                    let written = body.attributes(block).filter(|it| !it.damaged);
                    locals.extend(written.map(|it| (it.name.to_owned(), it.value.to_owned())));
                }
            };
            files.with(file, add);
        }
        let reading = locals.values().filter(|it| it.contains(DECODE));
        let named = reading.filter_map(|it| file_of(&expression::parse(it), 0)).map(|name| {
            let path = resolve_path(folder, &name);
            let text = files.text_of(&path);
            (name, Values { path, text })
        });
        let named = named.take(MAX_FILES).collect();
        Root { locals, named, ..Root::without_locals(folder, given, files) }
    }

    /// The same where no local value is asked for.
    fn without_locals(folder: &str, given: &[KnownFile<'_>], files: &Files<'_>) -> Self {
        // What lies in a folder of another root is that one's.
        let is_of_other = |it: &KnownFile<'_>| {
            let own = folder_of(it.path);
            own != folder && files.in_folder(own).any(|it| it.kind == FileKind::Terraform)
        };
        let given = given.iter().filter(|it| is_for(it.path, folder) && !is_of_other(it)).take(MAX_FILES);
        let values = given
            .map(|it| Values { path: it.path.to_owned(), text: files.with(*it, |source| source.text().to_owned()) });
        Root { locals: BTreeMap::new(), files: values.collect(), named: BTreeMap::new() }
    }

    /// What a local value comes to; none where files differ or don't say.
    fn of_local(&self, local: &str) -> Option<Setting<'static>> {
        let Part { file, steps } = self.path_of(&expression::parse(&format!("local.{local}")), 0)?;
        let path: Vec<&str> = steps.iter().map(String::as_str).collect();
        let mut found = Vec::new();
        match file {
            Some(name) => found.extend(self.named.get(&name)?.find(&path)?),
            None => {
                for it in &self.files {
                    found.extend(it.find(&path)?);
                }
            }
        }
        let first = *found.first()?;
        (first != Setting::Open && found.iter().all(|it| *it == first)).then_some(first)
    }

    /// The part of a variable, or of a file, that a local value is.
    fn path_of_local(&self, steps: &[String], depth: usize) -> Option<Part> {
        let (local, rest) = steps.split_first()?;
        let value = self.locals.get(local).filter(|_| depth < MAX_CHAIN)?;
        let value = expression::parse(value);
        let mut part = match file_of(&value, depth) {
            Some(name) => Part { file: Some(name), steps: Vec::new() },
            None => self.path_of(&value, depth + 1)?,
        };
        part.steps.extend(rest.iter().cloned());
        Some(part)
    }

    fn path_of(&self, value: &Expression, depth: usize) -> Option<Part> {
        match value {
            Expression::Reference { root, steps, .. } => {
                let step = |it: &Expression| match it {
                    Expression::Literal(name) => name.clone(),
                    _ => EACH.to_owned(),
                };
                let steps: Vec<String> = steps.iter().map(step).collect();
                match root.as_str() {
                    "var" => Some(Part { file: None, steps }),
                    "local" => self.path_of_local(&steps, depth),
                    _ => None,
                }
            }
            Expression::Conditional { then, otherwise, .. } if depth < MAX_CHAIN => {
                let (a, b) = (self.path_of(then, depth + 1)?, self.path_of(otherwise, depth + 1)?);
                let either = |(a, b): (String, String)| if a == b { a } else { EACH.to_owned() };
                // What is chosen is a part of one variable.
                let is_one = a.file == b.file && a.steps.len() == b.steps.len() && a.steps.first() == b.steps.first();
                let steps = || a.steps.into_iter().zip(b.steps).map(either).collect();
                is_one.then(|| Part { file: a.file, steps: steps() })
            }
            _ => None,
        }
    }
}

/// How a file of JSON is read.
const DECODE: &str = "jsondecode";

/// The file of JSON that a value is, as it is named from the root: `jsondecode(file("./settings.json"))`, also where it is
/// that only if there is such a file.
fn file_of(value: &Expression, depth: usize) -> Option<String> {
    let called = |it: &Expression, function: &str| match it {
        Expression::Call { name, arguments } if name == function => match arguments.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        },
        _ => None,
    };
    if let Expression::Conditional { then, otherwise, .. } = value
        && **otherwise == Expression::Null
        && depth < MAX_CHAIN
    {
        return file_of(then, depth + 1);
    }
    let name = match called(&called(value, DECODE)?, "file")? {
        Expression::Literal(name) => name,
        Expression::Template(parts) => match parts.as_slice() {
            [Expression::Reference { text, .. }, Expression::Literal(rest)]
                if matches!(text.as_str(), "path.cwd" | "path.module" | "path.root") && rest.starts_with('/') =>
            {
                format!(".{rest}")
            }
            _ => return None,
        },
        _ => return None,
    };
    (name.ends_with(".json") && !name.starts_with(['/', '~'])).then_some(name)
}

/// Whether a file of values is for a root: beside it, or in a folder of it for an environment.
fn is_for(path: &str, folder: &str) -> bool {
    let below = match folder {
        "" => Some(path),
        folder => path.strip_prefix(folder).and_then(|it| it.strip_prefix('/')),
    };
    below.is_some_and(|it| it.matches('/').count() < 3)
}

impl Values {
    /// What the file gives to these variables of a folder.
    fn switches(&self, folder: &str, names: &[&String]) -> Switches {
        let mut values = String::new();
        for name in names {
            let path: Vec<&str> = name.split('.').collect();
            let setting = match self.find(&path).as_deref() {
                None => Setting::Open,
                Some([one]) => *one,
                Some([]) => continue,
                Some([_, _, ..]) => Setting::Open,
            };
            Switches::add(&mut values, &[name], &setting);
        }
        let at = Location::whole_file(&self.path.as_str().into());
        Switches { at, is_call: true, to: Some(folder.to_owned()), values, only_if: Vec::new() }
    }

    /// What stands at a path; none where the file can't be read.
    fn find(&self, path: &[&str]) -> Option<Vec<Setting<'static>>> {
        let text = self.text.as_deref()?;
        let mut found = Vec::new();
        if self.path.ends_with(".json") {
            let (documents, problems) = yaml::parse(text);
            if problems.iter().any(|it| it.kind != ProblemKind::DuplicateKey) {
                return None;
            }
            in_json(documents.first()?, path, &mut found);
        } else {
            let (body, problems) = scan(text);
            if !problems.is_empty() {
                return None;
            }
            in_hcl(text, &body, path, &mut found);
        }
        Some(found)
    }
}

fn in_json(node: Node<'_>, path: &[&str], found: &mut Vec<Setting<'static>>) {
    match path {
        [] => found.push(of_json(node)),
        [EACH, rest @ ..] => node.entries().iter().for_each(|(_, it)| in_json(*it, rest, found)),
        [name, rest @ ..] => {
            if let Some(it) = node.get(name) {
                in_json(it, rest, found);
            }
        }
    }
}

fn of_json(node: Node<'_>) -> Setting<'static> {
    match (node.kind(), node.text()) {
        _ if node.is_null() => Setting::Empty,
        (Kind::Scalar, Some("true")) => Setting::True,
        (Kind::Scalar, Some("false")) => Setting::False,
        (Kind::Scalar, Some("")) => Setting::Empty,
        (Kind::Scalar, Some("0")) if node.style() == Some(Style::Plain) => Setting::Empty,
        (Kind::Mapping | Kind::Sequence, _) if node.entries().is_empty() && node.items().next().is_none() => {
            Setting::Empty
        }
        (Kind::Scalar | Kind::Mapping | Kind::Sequence, _) => Setting::Given,
        (Kind::Alias, _) => Setting::Open,
    }
}

fn in_hcl(text: &str, body: &Body<'_>, path: &[&str], found: &mut Vec<Setting<'static>>) {
    let Some((name, rest)) = path.split_first() else { return };
    for it in body.attributes.iter().filter(|it| it.parent.is_none() && (*name == EACH || it.name == *name)) {
        if rest.is_empty() {
            found.push(of_hcl(setting(it)));
        } else if it.value.starts_with('{') {
            let (object, _) = scan_object(text, it.value_span.clone());
            in_hcl(text, &object, rest, found);
        }
    }
}

/// A file of values names nothing, so what isn't written out can't be told.
fn of_hcl(setting: Setting<'_>) -> Setting<'static> {
    match setting {
        Setting::False => Setting::False,
        Setting::True => Setting::True,
        Setting::Empty => Setting::Empty,
        Setting::Given => Setting::Given,
        Setting::Reference | Setting::Variable(_) | Setting::Local(_) | Setting::Open => Setting::Open,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Root, Values};
    use crate::facts::Setting;

    #[test]
    fn local_values_that_all_environments_agree_on() {
        let locals = [
            ("name", "terraform.workspace"),
            ("environment", "contains(keys(var.all), local.name) ? var.all[local.name] : var.all[\"default\"]"),
            ("settings", "local.environment.settings"),
            ("round", "local.round"),
            ("merged", "merge(var.all, {})"),
        ];
        let root = |files: &[(&str, &str)]| Root {
            locals: locals.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            files: files
                .iter()
                .map(|(path, text)| Values { path: (*path).to_owned(), text: Some((*text).to_owned()) })
                .collect(),
            named: BTreeMap::new(),
        };
        let json = r#"{"all": {"default": {"on": false, "settings": {"a": true}}, "prod": {"on": false, "settings": {"a": false}}}}"#;
        let hcl = "all = {\n  default = {\n    on = true\n  }\n  prod = { on = true }\n}\n";
        for (files, local, expected) in [
            (&[("terraform.tfvars.json", json)][..], "environment.on", Some(Setting::False)),
            // One environment has it.
            (&[("terraform.tfvars.json", json)], "settings.a", None),
            (&[("terraform.tfvars.json", json)], "environment.off", None),
            (&[("terraform.tfvars", hcl)], "environment.on", Some(Setting::True)),
            (&[("terraform.tfvars", hcl), ("b.auto.tfvars.json", json)], "environment.on", None),
            (&[("terraform.tfvars", "all = {")], "environment.on", None),
            (&[("terraform.tfvars", hcl)], "round.on", None),
            (&[("terraform.tfvars", hcl)], "merged.on", None),
            (&[], "environment.on", None),
        ] {
            assert_eq!(root(files).of_local(local), expected, "{local} {files:?}");
        }
    }

    #[test]
    fn local_values_that_are_read_from_a_file() {
        let locals = [
            ("data", "fileexists(\"./all.json\") ? jsondecode(file(\"./all.json\")) : null"),
            ("here", "jsondecode(file(\"${path.module}/all.json\"))"),
            ("env", "terraform.workspace"),
            ("on", "local.data.accounts[local.env].on"),
            ("some", "local.here.accounts[local.env].some"),
            ("dev", "local.here.accounts[\"dev\"].some"),
            ("else", "jsondecode(file(\"./none.json\"))"),
            ("yaml", "yamldecode(file(\"./all.json\"))"),
        ];
        let json = r#"{"accounts": {"dev": {"on": false, "some": true}, "prod": {"on": false, "some": false}}}"#;
        let file = |text: Option<&str>| Values { path: "all.json".to_owned(), text: text.map(str::to_owned) };
        let root = |text: Option<&str>| Root {
            locals: locals.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            files: Vec::new(),
            named: [("./all.json".to_owned(), file(text)), ("./none.json".to_owned(), file(None))].into(),
        };
        for (local, expected) in [
            ("on", Some(Setting::False)),
            ("data.accounts[local.env].on", Some(Setting::False)),
            ("here.accounts[\"prod\"].on", Some(Setting::False)),
            ("some", None),
            ("dev", Some(Setting::True)),
            ("data.accounts", Some(Setting::Given)),
            ("data.other", None),
            ("else.on", None),
            ("yaml.accounts.dev.on", None),
        ] {
            assert_eq!(root(Some(json)).of_local(local), expected, "{local}");
        }
        assert_eq!(root(None).of_local("on"), None);
        assert_eq!(root(Some("{")).of_local("on"), None);
    }

    #[test]
    fn what_a_file_gives() {
        let text = "on = false\noptions = { email = \"\", name = \"shop\" }\nn = 0\n";
        let file = Values { path: "prod.tfvars".to_owned(), text: Some(text.to_owned()) };
        let names = ["on", "options.email", "options.name", "n", "other"].map(str::to_owned);
        let names: Vec<&String> = names.iter().collect();
        let told = file.switches("env", &names);
        assert_eq!(told.values, "on=false options.email=empty options.name=given n=empty");
        assert_eq!(told.to.as_deref(), Some("env"));
        let unread = Values { path: "prod.tfvars".to_owned(), text: None };
        assert_eq!(unread.switches("env", &names[..1]).values, "on=open");
    }
}
