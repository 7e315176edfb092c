//! For pipelines that are copies of each other: the template that could stand in the place of all of them.
//!
//! Texts in, files out: the reusable workflow that the copies have in common, with an input where their values vary, the
//! workflow that each repository would keep, which calls it, and a page that says what varies and who changes what.
//! Workflows of GitHub Actions only. Whatever is written was read again as a workflow first ([`check`]); a copy that
//! differs in more than values keeps what it has, and the page says why.

mod call;
mod check;
mod jobs;
mod readme;
mod script;
mod unify;
mod value;

use std::collections::BTreeSet;

use self::value::Value;
use crate::pipeline::Fingerprint;
use crate::syntax::yaml::{self, Node};

/// One copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The repository, as reports name it.
    pub repo: String,
    /// The workflow's file.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The fingerprint of the document as it was scanned.
    pub exact: Fingerprint,
}

/// Where the template would lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The repository, `owner/name`.
    pub repository: String,
    /// Whether it is one that offers templates already.
    pub offers_templates: bool,
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The files: path below the proposal's folder, and text; sorted by path.
    pub files: Vec<(String, String)>,
    /// How many copies would become callers.
    pub callers: usize,
}

/// A copy that was read.
struct Copy<'m> {
    member: &'m Member,
    /// The whole document.
    document: Value,
    /// What of it a template can hold, its jobs named as the first copy names them.
    shared: Value,
}

/// Proposes a template for copies. The first is the one that the others are compared with.
///
/// # Errors
/// Why there is none to propose, in a sentence.
pub fn propose(members: &[Member], home: &Home) -> Result<Proposal, String> {
    let mut left_out: Vec<(&Member, String)> = Vec::new();
    let mut copies: Vec<Copy<'_>> = Vec::new();
    for member in members {
        match read(member, copies.first()) {
            Ok(copy) => copies.push(copy),
            Err(why) => left_out.push((member, why)),
        }
    }
    let Some(first) = copies.first() else {
        let why = left_out.first().map_or("there are no copies", |(_, why)| why.as_str());
        return Err(format!("None of the copies can be called from elsewhere: {why}."));
    };
    // Each is compared with the first alone, so that one that differs takes no other with it.
    let conflicts = |copy: &Copy<'_>| unify::unify(&[&first.shared, &copy.shared]).1.conflicts;
    let differing: Vec<Vec<String>> = copies.iter().map(conflicts).collect();
    let (mut kept, mut differs) = (Vec::new(), Vec::new());
    for (copy, conflicts) in copies.iter().zip(differing) {
        if conflicts.is_empty() { kept.push(copy) } else { differs.push((copy.member, conflicts.join("; "))) }
    }
    left_out.extend(differs);
    if kept.len() < 2 {
        let why = left_out.first().map_or("there is one copy only", |(_, why)| why.as_str());
        return Err(format!("The copies differ in more than values: {why}."));
    }
    let shared: Vec<&Value> = kept.iter().map(|it| &it.shared).collect();
    let (template, unified) = unify::unify(&shared);
    if !unified.conflicts.is_empty() {
        return Err(format!("The copies differ in more than values: {}.", unified.conflicts.join("; ")));
    }
    let file = file_name(&kept[0].member.path).to_owned();
    let template = call::template(&kept[0].document, &template, &unified);
    let text = written(&template)?;
    let shown = format!("{HEAD}{text}");
    check::workflow(&shown)?;
    let mut files = vec![(format!("template/.github/workflows/{file}"), shown)];
    let address = format!("{}/.github/workflows/{file}@{}", home.repository, call::reference(&file));
    for (number, copy) in kept.iter().enumerate() {
        let caller = call::caller(&copy.document, &template, &unified, number, &address);
        let text = written(&caller)?;
        check::workflow(&text)?;
        check::call(&caller, &template)?;
        files.push((format!("calls/{}/{}", copy.member.repo, copy.member.path), text));
    }
    let names: Vec<&Member> = kept.iter().map(|it| it.member).collect();
    files.push(("README.md".to_owned(), readme::readme(&file, &address, home, &names, &left_out, &unified)));
    files.sort();
    Ok(Proposal { files, callers: kept.len() })
}

/// The head of the page that lists all proposals.
pub const INDEX_HEAD: &str = "\
# Templates in the place of copies

For each group of workflows that repositories keep copies of: the template that could stand in their place, in the folder
named after the group. Nothing of it was run.

";

/// The line of one group on that page.
pub fn index_line(id: &str, members: &[Member], proposed: Result<&Proposal, &String>) -> String {
    let names: BTreeSet<&str> = members.iter().map(|it| it.repo.as_str()).collect();
    let file = members.first().map_or("", |it| file_name(&it.path));
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    match proposed {
        Ok(proposal) => {
            let (n, all) = (proposal.callers, members.len());
            format!("- [`{id}`]({id}/README.md): {n} of {all} copies of `{file}`, in {names}\n")
        }
        Err(why) => format!("- `{id}`: {} copies of `{file}`, in {names}: none is proposed. {why}\n", members.len()),
    }
}

/// The first lines of a template.
const HEAD: &str = "# Proposed from copies that repositories keep. See README.md beside it for what varies.\n";

/// Reads a copy. Its jobs are named after those of the `first` copy that do the same.
fn read<'m>(member: &'m Member, first: Option<&Copy<'_>>) -> Result<Copy<'m>, String> {
    let (documents, problems) = yaml::parse(&member.text);
    if let Some(problem) = problems.first() {
        return Err(problem.message.clone());
    }
    let document = documents.first().and_then(Value::of).ok_or("it is no workflow")?;
    if documents.first().map(exact) != Some(member.exact) {
        return Err("it has changed since it was scanned".to_owned());
    }
    let jobs = document.get("jobs").filter(|it| !it.entries().is_empty()).ok_or("it has no jobs")?;
    let mut why = None;
    jobs.texts(&mut |text| {
        if inputs_in(text).next().is_some() {
            why = Some("its jobs take inputs of its own (`inputs.…`)");
        }
    });
    for (_, job) in jobs.entries() {
        if job.get("uses").and_then(Value::text).is_some_and(|it| it.starts_with("./") || it.starts_with("$/")) {
            why = Some("it calls a workflow of its own repository, which a template elsewhere can't");
        }
    }
    if document.get("on").and_then(|it| it.get("workflow_call")).is_some() {
        why = Some("it is a template already");
    }
    if let Some(why) = why {
        return Err(why.to_owned());
    }
    let jobs = match first.and_then(|it| it.shared.get("jobs")) {
        Some(firsts) => jobs::renamed(jobs, firsts)?,
        None => jobs.clone(),
    };
    let of = |key: &str| document.get(key).map(|value| (key.to_owned(), value.clone()));
    let mut shared: Vec<(String, Value)> = ["env", "defaults"].into_iter().filter_map(of).collect();
    shared.push(("jobs".to_owned(), jobs));
    Ok(Copy { member, document, shared: Value::Map(shared) })
}

/// The inputs of its workflow that a text takes. Where conditions stand an expression needs no marks, so that every
/// mention counts; `github.event.inputs` are those of whoever started the caller.
fn inputs_in(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let is_input = move |at: usize| !text[..at].ends_with(|c| is_name(c) || c == '.');
    text.match_indices("inputs.").filter(move |(at, _)| is_input(*at)).map(move |(at, it)| {
        let rest = &text[at + it.len()..];
        &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]
    })
}

/// The fingerprint of a document: what extraction keeps of it.
fn exact(root: Node<'_>) -> Fingerprint {
    let mut canonical = Vec::new();
    root.write_canonical(&mut canonical);
    Fingerprint::of(&canonical)
}

/// A value as the text of a file.
fn written(value: &Value) -> Result<String, String> {
    // A reference is one word, however long.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: 1_000 };
    serde_saphyr::to_string_with_options(value, options)
        .map_err(|problem| format!("The workflow can't be written: {problem}."))
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
