//! What names and functions of Terragrunt stand for in one unit.
//!
//! Where something is written and for which file it is evaluated are two things: an included file is evaluated for the
//! unit that includes it (`get_terragrunt_dir()` is the unit's folder, `find_in_parent_folders()` begins there), a file
//! that is read (`read_terragrunt_config`) for itself. A file's local values are its own in either case.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::memo::Memo;
use super::Reader;
use super::paths::{above, absolute, basename, dirname, folder, in_repository, relative};
use crate::extract::terragrunt::Config;
use crate::source::Location;
use crate::syntax::hcl::evaluate::{Alternative, Scope, alternatives, evaluate, reason};
use crate::syntax::hcl::expression::Expression;

/// How many files one unit may take values from.
const MAX_FILES: usize = 64;

/// What a value that stands for a whole file begins with: the function that gives it.
const CONFIG: &str = "read_terragrunt_config";

/// The evaluation of one unit or stack.
pub(super) struct Run<'r> {
    reader: &'r Reader<'r>,
    /// The unit or stack.
    pub(super) path: Rc<str>,
    /// The files that were read for it.
    opened: RefCell<BTreeSet<String>>,
    /// The files it includes, and those that a file it reads includes.
    includes: RefCell<BTreeMap<Rc<str>, Rc<Vec<Included>>>>,
    /// What has been evaluated.
    memo: Memo<Key>,
}

/// A value: where it is written, for which file it is evaluated, whether it is local, its name.
type Key = (Rc<str>, Rc<str>, bool, String);

/// An include of a file.
#[derive(Clone, Debug)]
pub(super) struct Included {
    name: String,
    /// The file, or why it isn't known.
    pub(super) path: Result<Rc<str>, String>,
    /// Where the path is written.
    pub(super) at: Location,
    is_exposed: bool,
    /// Whether what the file says counts where the unit says nothing.
    pub(super) is_merged: bool,
}

impl<'r> Run<'r> {
    /// Nothing evaluated yet.
    pub(super) fn new(reader: &'r Reader<'r>, path: &str) -> Self {
        Run {
            reader,
            path: path.into(),
            opened: RefCell::default(),
            includes: RefCell::default(),
            memo: Memo::default(),
        }
    }

    /// What a file says.
    pub(super) fn config(&self, path: &str) -> Result<Rc<Config>, String> {
        let mut opened = self.opened.borrow_mut();
        if !opened.contains(path) {
            if opened.len() == MAX_FILES {
                return Err(format!("it takes values from more than {MAX_FILES} files"));
            }
            opened.insert(path.to_owned());
        }
        self.reader.config(path)
    }

    /// The files that a file includes.
    pub(super) fn includes(&self, path: &Rc<str>) -> Rc<Vec<Included>> {
        if let Some(known) = self.includes.borrow().get(path) {
            return known.clone();
        }
        let config = self.config(path);
        let scope = At { run: self, file: path.clone(), unit: path.clone(), is_include: true };
        let found = config.iter().flat_map(|it| &it.includes).map(|it| Included {
            name: it.name.clone(),
            path: match alternatives(&it.path, &scope).as_slice() {
                [Alternative::Text(text)] => in_repository(folder(path), text).and_then(|it| self.reader.file(&it)),
                [Alternative::Open { reason, .. }] => Err(reason.clone()),
                [Alternative::Null] => Err("its path is null".to_owned()),
                _ => Err("its path hangs on a condition".to_owned()),
            },
            at: it.at.clone(),
            is_exposed: it.is_exposed,
            is_merged: it.is_merged,
        });
        let found = Rc::new(found.collect::<Vec<_>>());
        self.includes.borrow_mut().insert(path.clone(), found.clone());
        found
    }

    /// The scope of what is written in a file that the unit includes, or in its own.
    pub(super) fn scope_of(&self, file: &Rc<str>) -> At<'_> {
        At { run: self, file: file.clone(), unit: self.path.clone(), is_include: false }
    }

    /// The places that had a say since this was asked last.
    pub(super) fn take_used(&self) -> BTreeSet<String> {
        self.memo.take_used()
    }

    /// The value of something that is written in one place and used in many.
    fn value(&self, key: Key, value: &Expression, place: String, scope: &At<'_>) -> Result<Expression, String> {
        let (is_local, name) = (key.2, key.3.clone());
        let label = || if is_local { format!("local.{name}") } else { name.clone() };
        self.memo.value(key, label, place, || evaluate(value, scope))
    }
}

/// The scope of what is written in a file, evaluated for itself or for the unit that includes it.
pub(super) struct At<'r> {
    run: &'r Run<'r>,
    /// Where it is written.
    file: Rc<str>,
    /// For which file it is evaluated.
    unit: Rc<str>,
    /// Whether it is the path of an include: that is evaluated before local values are.
    is_include: bool,
}

impl Scope for At<'_> {
    fn reference(&self, root: &str, steps: &[Expression]) -> Result<(Expression, usize), String> {
        let first = name(steps.first())?;
        match root {
            "local" | "include" if self.is_include => {
                Err(format!("`{root}` can't be used in the path of an include, which is evaluated first"))
            }
            "local" => Ok((self.local(first)?, 1)),
            "include" => self.included(steps),
            "values" => Ok((self.given(first)?, 1)),
            "dependency" => Err(format!("`dependency.{first}` is an output of another unit")),
            CONFIG => {
                let (file, unit): (Rc<str>, Rc<str>) = (first.into(), name(steps.get(1))?.into());
                let at = At { run: self.run, file, unit, is_include: false };
                let (value, taken) = at.look(steps.get(2..).unwrap_or_default())?;
                Ok((value, taken + 2))
            }
            _ if first.is_empty() => Err(format!("`{root}` is known only when it runs")),
            _ => Err(format!("`{root}.{first}` is known only when it runs")),
        }
    }

    fn call(&self, name: &str, arguments: &[Expression]) -> Option<Result<Expression, String>> {
        let here = folder(&self.unit);
        let text = match name {
            "basename" => text(arguments, 0).and_then(basename),
            "dirname" => text(arguments, 0).map(dirname),
            "find_in_parent_folders" => return Some(self.find_in_parent_folders(arguments)),
            "get_env" => return Some(self.get_env(arguments)),
            "get_original_terragrunt_dir" => Ok(absolute(folder(&self.run.path))),
            "get_parent_terragrunt_dir" => self.included_folder(arguments).map(|it| absolute(&it)),
            "get_path_from_repo_root" => Ok(relative("", here)),
            "get_path_to_repo_root" => Ok(relative(here, "")),
            "get_repo_root" => Ok(absolute("")),
            "get_terragrunt_dir" => Ok(absolute(here)),
            "path_relative_from_include" => self.included_folder(arguments).map(|it| relative(here, &it)),
            "path_relative_to_include" => self.included_folder(arguments).map(|it| relative(&it, here)),
            CONFIG => return Some(self.read_terragrunt_config(arguments)),
            _ => return None,
        };
        Some(text.map(Expression::Literal))
    }
}

impl At<'_> {
    /// `local.NAME`.
    fn local(&self, name: &str) -> Result<Expression, String> {
        let config = self.run.config(&self.file)?;
        let Some(value) = config.locals.get(name) else {
            return Err(format!("`local.{name}` is not defined in `{}`", self.file));
        };
        let key = (self.file.clone(), self.unit.clone(), true, name.to_owned());
        self.run.value(key, value.expression(), value.place.clone(), self)
    }

    /// An attribute of the file itself: `inputs`, or a value in a file of values.
    fn attribute(&self, name: &str) -> Result<Expression, String> {
        let config = self.run.config(&self.file)?;
        let Some(value) = config.attributes.get(name) else {
            return Err(format!("`{name}` is not given in `{}`", self.file));
        };
        let key = (self.file.clone(), self.unit.clone(), false, name.to_owned());
        self.run.value(key, value.expression(), value.place.clone(), self)
    }

    /// `values.NAME`: what whoever makes a unit of this gives it, kept beside the unit where it is made already.
    fn given(&self, name: &str) -> Result<Expression, String> {
        let beside = match folder(&self.unit) {
            "" => VALUES.to_owned(),
            folder => format!("{folder}/{VALUES}"),
        };
        match self.run.reader.file(&beside) {
            Ok(file) => At { run: self.run, unit: file.clone(), file, is_include: false }.attribute(name),
            Err(_) => Err(format!("`values.{name}` is given where this is used")),
        }
    }

    /// `include.NAME.…`; without a name where the only include has none.
    fn included(&self, steps: &[Expression]) -> Result<(Expression, usize), String> {
        if self.file != self.unit {
            return Err("`include` is not known in a file that is included".to_owned());
        }
        let includes = self.run.includes(&self.unit);
        let (include, taken) = match includes.as_slice() {
            [only] if only.name.is_empty() => (only, 0),
            all => {
                let wanted = name(steps.first())?;
                match all.iter().find(|it| it.name == wanted) {
                    Some(include) => (include, 1),
                    None => return Err(format!("there is no include {wanted:?}")),
                }
            }
        };
        if !include.is_exposed {
            return Err(format!("the include {:?} is not exposed", include.name));
        }
        let at = At { run: self.run, file: include.path.clone()?, unit: self.unit.clone(), is_include: false };
        let (value, inner) = at.look(&steps[taken..])?;
        Ok((value, taken + inner))
    }

    /// What these steps lead to in the file, and how many of them were taken. Where they lead to no value yet, the value
    /// stands for the place that they lead to.
    fn look(&self, steps: &[Expression]) -> Result<(Expression, usize), String> {
        let place = |taken: usize| {
            let start = [&self.file, &self.unit].map(|it| Expression::Literal(it.to_string()));
            let steps = start.into_iter().chain(steps[..taken].iter().cloned()).collect();
            Expression::Reference { text: String::new(), root: CONFIG.to_owned(), steps }
        };
        match (name(steps.first())?, steps) {
            (_, []) => Ok((place(0), 0)),
            ("locals" | "terraform", [_]) => Ok((place(1), 1)),
            ("locals", [_, local, ..]) => Ok((self.local(name(Some(local))?)?, 2)),
            ("terraform", [_, argument, ..]) if name(Some(argument))? == "source" => Ok((self.source()?, 2)),
            ("inputs", _) => Ok((self.attribute("inputs")?, 1)),
            (value, _) if self.file.ends_with(VALUES) => Ok((self.attribute(value)?, 1)),
            (other, _) => Err(format!("`{other}` of `{}` is known only when it runs", self.file)),
        }
    }

    /// `terraform.source` of the file.
    fn source(&self) -> Result<Expression, String> {
        let config = self.run.config(&self.file)?;
        let source = config.calls.iter().find_map(|it| it.source.as_ref());
        let Some(source) = source else { return Err(format!("`{}` has no source", self.file)) };
        let key = (self.file.clone(), self.unit.clone(), false, "terraform.source".to_owned());
        self.run.value(key, &source.value, format!("{}:{}", source.at.path, source.at.line), self)
    }

    /// The folder of the file that is included: seen from it, its own. Where nothing is included, the unit's.
    fn included_folder(&self, arguments: &[Expression]) -> Result<String, String> {
        if self.file != self.unit {
            return Ok(folder(&self.file).to_owned());
        }
        if self.is_include {
            return Ok(folder(&self.unit).to_owned());
        }
        let includes = self.run.includes(&self.unit);
        let include = match includes.as_slice() {
            [] => return Ok(folder(&self.unit).to_owned()),
            [only] => only,
            all => {
                let wanted = text(arguments, 0).map_err(|_| "of several includes none is named".to_owned())?;
                let found = all.iter().find(|it| it.name == wanted);
                found.ok_or_else(|| format!("there is no include {wanted:?}"))?
            }
        };
        include.path.clone().map(|it| folder(&it).to_owned())
    }

    /// The nearest file or folder of this name in a folder above. Above the repository's root nothing is looked for.
    fn find_in_parent_folders(&self, arguments: &[Expression]) -> Result<Expression, String> {
        let wanted = if arguments.is_empty() { "" } else { text(arguments, 0)? };
        // Without a name it is a unit's file, in JSON if there is one.
        let names = if wanted.is_empty() { &["terragrunt.hcl.json", "terragrunt.hcl"][..] } else { &[wanted][..] };
        for folder in above(folder(&self.unit)) {
            for name in names {
                let path = in_repository(folder, name)?;
                if self.run.reader.is_there(&path) {
                    return Ok(Expression::Literal(absolute(&path)));
                }
            }
        }
        match arguments.get(1) {
            Some(otherwise) => Ok(otherwise.clone()),
            None => Err(format!("no folder above `{}` in the repository has `{}`", self.unit, names[names.len() - 1])),
        }
    }

    /// A file's values. A folder stands for the unit in it.
    fn read_terragrunt_config(&self, arguments: &[Expression]) -> Result<Expression, String> {
        let path = in_repository(folder(&self.unit), text(arguments, 0)?)?;
        let in_folder = if path.is_empty() { "terragrunt.hcl".to_owned() } else { format!("{path}/terragrunt.hcl") };
        let found = match self.run.reader.file(&path) {
            Err(_) if self.run.reader.is_there(&in_folder) => self.run.reader.file(&in_folder),
            found => found,
        };
        match (found, arguments.get(1)) {
            (Ok(file), _) => {
                let at = At { run: self.run, unit: file.clone(), file, is_include: false };
                at.look(&[]).map(|(value, _)| value)
            }
            (Err(_), Some(otherwise)) if !self.run.reader.is_there(&path) => Ok(otherwise.clone()),
            (Err(reason), _) => Err(reason),
        }
    }

    /// A variable of the environment: its default is what a reader can know of it.
    fn get_env(&self, arguments: &[Expression]) -> Result<Expression, String> {
        let variable = text(arguments, 0)?;
        let Some(default) = arguments.get(1) else {
            return Err(format!("the environment variable `{variable}` has no default"));
        };
        self.run.memo.note(format!("the default of the environment variable {variable}"));
        Ok(default.clone())
    }
}

/// What a unit of a stack is given, in the file beside it.
const VALUES: &str = "terragrunt.values.hcl";

/// The name that a step of a path is; empty where there is none.
fn name(step: Option<&Expression>) -> Result<&str, String> {
    match step {
        None => Ok(""),
        Some(Expression::Literal(name)) => Ok(name),
        Some(other) => Err(reason(other)),
    }
}

/// The text of an argument.
fn text(arguments: &[Expression], number: usize) -> Result<&str, String> {
    match arguments.get(number) {
        Some(Expression::Literal(text)) => Ok(text),
        Some(other) => Err(reason(other)),
        None => Err("a function lacks an argument".to_owned()),
    }
}
