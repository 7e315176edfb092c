//! Which repositories of an owner are taken: by what they are, by name, by topic, by visibility. Pure.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::org::pattern::is_like;

/// A repository as GitHub lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Repository {
    /// The user or organisation.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// Where git fetches it from, on the server that was asked.
    pub clone_url: String,
    /// Its default branch; repositories may have none.
    pub default_branch: Option<String>,
    /// When something was pushed last, as GitHub writes it.
    pub pushed_at: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether it is read-only.
    pub archived: bool,
    /// Whether it was forked from another.
    pub fork: bool,
    /// Whether it is a template for others.
    pub is_template: bool,
    /// Whether nothing was pushed yet: GitHub counts no size, which it does late, and no push after it was made.
    pub is_empty: bool,
    /// Its size in KiB, as GitHub counts.
    pub size: u64,
    /// Its topics, sorted.
    pub topics: BTreeSet<String>,
}

/// Who may see a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Who was given the right.
    Private,
    /// Everybody in the enterprise.
    Internal,
}

/// Which repositories are taken.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Archived ones too.
    pub archived: bool,
    /// Forks too.
    pub forks: bool,
    /// Templates too.
    pub templates: bool,
    /// Only those that one of these means; all where there is none.
    pub include: Vec<NamePattern>,
    /// None that one of these means.
    pub exclude: Vec<NamePattern>,
    /// Only those with one of these topics; all where there is none.
    pub topics: Vec<String>,
    /// Only those that are seen by these; all where there is none.
    pub visibility: Vec<Visibility>,
}

/// Why a repository is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// It is archived.
    Archived,
    /// GitHub has switched it off.
    Disabled,
    /// Nothing was pushed yet.
    Empty,
    /// `--exclude` means it.
    Excluded,
    /// It is a fork.
    Fork,
    /// No `--include` means it.
    NotIncluded,
    /// Its name is none that GitHub gives.
    Strange,
    /// It is a template.
    Template,
    /// It has none of the topics asked for.
    Topic,
    /// It is seen by others than asked for.
    Visibility,
}

impl LeftOut {
    /// What so many of them are called.
    pub fn words(self) -> &'static str {
        match self {
            LeftOut::Archived => "archived (--archived takes them)",
            LeftOut::Disabled => "disabled by GitHub",
            LeftOut::Empty => "empty",
            LeftOut::Excluded => "left out by --exclude",
            LeftOut::Fork => "forks (--forks takes them)",
            LeftOut::NotIncluded => "not among --include",
            LeftOut::Strange => "with a name that GitHub doesn't give",
            LeftOut::Template => "templates (--templates takes them)",
            LeftOut::Topic => "without the topic",
            LeftOut::Visibility => "of other visibility",
        }
    }
}

/// How many repositories are left out, and why.
pub type Counts = BTreeMap<LeftOut, usize>;

/// Names of repositories: `infra-*`, `acme/infra-*`. `*` stands for any text without a slash; case doesn't matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern {
    /// In lower case.
    owner: Option<String>,
    name: String,
}

impl NamePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn parse(text: &str) -> Result<Self> {
        let pattern = text.to_ascii_lowercase();
        let (owner, name) = match pattern.split_once('/') {
            Some((owner, name)) => (Some(owner), name),
            None => (None, pattern.as_str()),
        };
        let is_part =
            |it: &str| !it.is_empty() && !it.contains("**") && it.bytes().all(|b| is_name_byte(b) || b == b'*');
        ensure!(
            is_part(name) && owner.is_none_or(is_part),
            "{text:?} means no repository; write a name as `shop` or `acme/shop`; `*` stands for any text without a slash"
        );
        Ok(NamePattern { owner: owner.map(str::to_owned), name: name.to_owned() })
    }

    fn means(&self, owner: &str, name: &str) -> bool {
        let Self { owner: owners, name: names } = self;
        owners.as_deref().is_none_or(|it| is_like(it, &owner.to_ascii_lowercase()))
            && is_like(names, &name.to_ascii_lowercase())
    }
}

impl Selection {
    /// Why a repository is left out; nothing where it is taken. What it is comes before what it is called, so that counts
    /// don't depend on what else is asked for.
    pub fn leaves_out(&self, it: &Repository) -> Option<LeftOut> {
        let Self { archived, forks, templates, include, exclude, topics, visibility } = self;
        let is_meant = |patterns: &[NamePattern]| patterns.iter().any(|pattern| pattern.means(&it.owner, &it.name));
        [
            (it.archived && !archived, LeftOut::Archived),
            (it.fork && !forks, LeftOut::Fork),
            (it.is_template && !templates, LeftOut::Template),
            (it.is_empty, LeftOut::Empty),
            (is_meant(exclude), LeftOut::Excluded),
            (!include.is_empty() && !is_meant(include), LeftOut::NotIncluded),
            (!topics.is_empty() && !topics.iter().any(|topic| it.topics.contains(topic)), LeftOut::Topic),
            (!visibility.is_empty() && !visibility.contains(&it.visibility), LeftOut::Visibility),
        ]
        .into_iter()
        .find_map(|(is_left_out, why)| is_left_out.then_some(why))
    }
}

/// A repository that `--repos` names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The owner.
    pub owner: String,
    /// The name.
    pub name: String,
}

/// The names in a file: `owner/name` or `name`, one a line; `#` begins a comment. A name without owner is of the only one
/// of `owners`. Whatever is there twice is there once.
///
/// # Errors
/// What is wrong with a line, with its number, and what to write.
pub fn named(file: &str, text: &str, owners: &[String]) -> Result<Vec<Named>> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let it = of_line(line, owners).with_context(|| format!("{file}:{number}"))?;
        if seen.insert((it.owner.to_ascii_lowercase(), it.name.to_ascii_lowercase())) {
            all.push(it);
        }
    }
    ensure!(!all.is_empty(), "{file} names no repository; write `owner/name`, one a line");
    Ok(all)
}

fn of_line(line: &str, owners: &[String]) -> Result<Named> {
    let (owner, name) = match (line.split_once('/'), owners) {
        (Some((owner, name)), _) => (owner, name),
        (None, [only]) => (only.as_str(), line),
        (None, _) => bail!("{line:?} has no owner, and not one organisation is given: write `owner/name`"),
    };
    ensure!(is_owner(owner) && is_name(name), "{line:?} is no name of a repository: write `owner/name`");
    Ok(Named { owner: owner.to_owned(), name: name.to_owned() })
}

/// Whether GitHub gives such names to users and organisations.
pub fn is_owner(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        && !text.starts_with('-')
}

/// Whether GitHub gives such names to repositories; others could lead out of a folder, or into one of git's.
pub fn is_name(text: &str) -> bool {
    let ends_with = |end: &str| text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end);
    (1..=100).contains(&text.len())
        && text.bytes().all(is_name_byte)
        && !matches!(text, "." | "..")
        && !ends_with(".git")
        && !ends_with(".lock")
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::{LeftOut, NamePattern, Named, Repository, Selection, Visibility, is_name, is_owner, named};

    fn repository(name: &str) -> Repository {
        Repository {
            owner: "Acme".to_owned(),
            name: name.to_owned(),
            clone_url: format!("https://github.com/Acme/{name}.git"),
            default_branch: Some("main".to_owned()),
            pushed_at: None,
            visibility: Visibility::Private,
            archived: false,
            fork: false,
            is_template: false,
            is_empty: false,
            size: 12,
            topics: ["payments".to_owned()].into(),
        }
    }

    fn patterns(texts: &[&str]) -> Vec<NamePattern> {
        texts.iter().map(|it| NamePattern::parse(it).unwrap()).collect()
    }

    #[test]
    fn what_is_left_out() {
        let shop = || repository("Shop");
        let none = Selection::default;
        for (selection, repository, expected) in [
            (none(), shop(), None),
            (none(), Repository { archived: true, fork: true, ..shop() }, Some(LeftOut::Archived)),
            (Selection { archived: true, ..none() }, Repository { archived: true, ..shop() }, None),
            (none(), Repository { fork: true, ..shop() }, Some(LeftOut::Fork)),
            (Selection { forks: true, ..none() }, Repository { fork: true, ..shop() }, None),
            (none(), Repository { is_template: true, ..shop() }, Some(LeftOut::Template)),
            (Selection { templates: true, ..none() }, Repository { is_template: true, ..shop() }, None),
            (none(), Repository { is_empty: true, ..shop() }, Some(LeftOut::Empty)),
            (Selection { include: patterns(&["sho*"]), ..none() }, shop(), None),
            (Selection { include: patterns(&["acme/SHOP"]), ..none() }, shop(), None),
            (Selection { include: patterns(&["other/*", "bill*"]), ..none() }, shop(), Some(LeftOut::NotIncluded)),
            (
                Selection { exclude: patterns(&["*op"]), include: patterns(&["shop"]), ..none() },
                shop(),
                Some(LeftOut::Excluded),
            ),
            (Selection { topics: vec!["web".to_owned(), "payments".to_owned()], ..none() }, shop(), None),
            (Selection { topics: vec!["web".to_owned()], ..none() }, shop(), Some(LeftOut::Topic)),
            (
                Selection { visibility: vec![Visibility::Public, Visibility::Internal], ..none() },
                shop(),
                Some(LeftOut::Visibility),
            ),
            (Selection { visibility: vec![Visibility::Private], ..none() }, shop(), None),
        ] {
            assert_eq!(selection.leaves_out(&repository), expected, "{selection:?}");
        }
    }

    #[test]
    fn patterns_that_mean_nothing() {
        for text in ["", "/", "acme/", "/shop", "a/b/c", "shop**", "sh?p", "[a]*", "https://github.com/acme"] {
            assert!(NamePattern::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names() {
        for text in ["shop", ".github", "a.b", "-", "_", "x.github.io"] {
            assert!(is_name(text), "{text}");
        }
        let long = "a".repeat(101);
        for text in
            ["", ".", "..", "a/b", "..\\a", "a b", "a\n", "é", ".git", "shop.git", "shop.GIT", "a.lock", "a:b", &long]
        {
            assert!(!is_name(text), "{text}");
        }
        for text in ["", "-a", "a.b", "a/b", "..", "a b"] {
            assert!(!is_owner(text), "{text}");
        }
        assert!(is_owner("acme") && is_owner("alice_acme") && is_owner("acme-co"));
    }

    #[test]
    fn files_of_names() {
        let text = "# all of ours\nacme/shop\n\n  billing # no owner\nACME/Shop\r\nother/web\n";
        let of = |owner: &str, name: &str| Named { owner: owner.to_owned(), name: name.to_owned() };
        let acme = ["acme".to_owned()];
        assert_eq!(named("f", text, &acme).unwrap(), [of("acme", "shop"), of("acme", "billing"), of("other", "web")]);
        for (text, expected) in [
            ("shop", "f:1: \"shop\" has no owner, and not one organisation is given: write `owner/name`"),
            ("a/b\n../c", "f:2: \"../c\" is no name of a repository: write `owner/name`"),
            ("a/..", "f:1: \"a/..\" is no name of a repository: write `owner/name`"),
            ("#\n\n", "f names no repository; write `owner/name`, one a line"),
        ] {
            assert_eq!(format!("{:#}", named("f", text, &[]).unwrap_err()), expected);
        }
    }
}
