//! Whose a path is, by the repository's CODEOWNERS: [`CodeOwners::of`] takes the rules of all its files, and
//! [`CodeOwners::owned`] says which of them decide over a path.
//!
//! Each forge reads the file in its own way, and they disagree on nearly all of it:
//!
//! - **GitHub** takes the last rule that matches, and a rule without owners leaves a path to nobody. Patterns are those
//!   of gitignore, without `!` and `[ ]`; such lines don't count.
//! - **GitLab** takes the last rule of each section, so that a path has the owners of several. A pattern that begins
//!   with `!` takes its paths out of the section for good. Patterns are those of Ruby's `fnmatch`: the name of a folder
//!   without a slash at its end means a file of that name.
//! - **Gitea and Forgejo** take every rule that matches. Patterns are regular expressions for the whole path; one
//!   that begins with `!` means all other paths.
//!
//! Not told apart, because the rules don't carry it: a file without any rule, which takes the place of the files after
//! it all the same; owners that GitLab reads out of comments at the end of a line; and, in a file in the root or in
//! `docs/`, a line that GitLab reads as the head of a section and GitHub as a pattern that it can't read.

mod pattern;

use regex_automata::meta::Regex;

use crate::facts::OwnerRule;
use crate::org::codeowners::pattern::{Path, Pattern};

/// Whose way of reading CODEOWNERS counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forge {
    /// GitHub, also on a server of one's own.
    Github,
    /// GitLab.
    Gitlab,
    /// Gitea and Forgejo.
    Gitea,
}

/// The rules that count in a repository, ready to be asked.
#[derive(Debug)]
pub struct CodeOwners<'r> {
    forge: Forge,
    /// One for each section of GitLab; of others only one.
    sections: Vec<Vec<Entry<'r>>>,
    /// Rules of the file that counts which the forge passes over: patterns it doesn't read, and of Gitea rules without
    /// owners.
    pub passed_over: Vec<&'r OwnerRule>,
}

#[derive(Debug)]
struct Entry<'r> {
    rule: &'r OwnerRule,
    /// Whether the pattern was written with `!` before it.
    negated: bool,
    matcher: Matcher,
}

#[derive(Debug)]
enum Matcher {
    Pattern(Pattern),
    Regex(Regex),
}

/// Which rules decide over a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owned<'r> {
    /// The rules, in file order: at most one of GitHub, one for each section of GitLab, any number of Gitea. None where
    /// no rule is about the path.
    pub rules: Vec<&'r OwnerRule>,
}

impl<'r> Owned<'r> {
    /// The owners, in the order of the rules, each once. None where nobody owns the path, whether or not a rule says
    /// so.
    pub fn owners(&self) -> Vec<&'r str> {
        let mut owners: Vec<&str> = Vec::new();
        for owner in self.rules.iter().flat_map(|rule| &rule.owners) {
            if !owners.contains(&owner.as_str()) {
                owners.push(owner);
            }
        }
        owners
    }
}

impl Forge {
    /// The forge of a repository: by its host, else by where its CODEOWNERS lies and whether it has sections.
    pub fn of(host: Option<&str>, rules: &[OwnerRule]) -> Forge {
        let host = host.unwrap_or_default().to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| host.contains(word));
        let lies_in =
            |folder: &str| rules.iter().any(|it| it.at.path.starts_with(folder) && it.at.path.ends_with("CODEOWNERS"));
        if has(&["github"]) {
            Forge::Github
        } else if has(&["gitlab"]) {
            Forge::Gitlab
        } else if has(&["codeberg", "forgejo", "gitea"]) {
            Forge::Gitea
        } else if lies_in(".github/") {
            Forge::Github
        } else if lies_in(".gitlab/") {
            Forge::Gitlab
        } else if lies_in(".gitea/") {
            Forge::Gitea
        } else if rules.iter().any(|it| it.section.is_some() && it.at.path.ends_with("CODEOWNERS")) {
            Forge::Gitlab
        } else {
            Forge::Github
        }
    }

    /// Where it looks for the file; the first that is there counts.
    fn places(self) -> [&'static str; 3] {
        match self {
            Forge::Github => [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"],
            Forge::Gitlab => ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"],
            Forge::Gitea => ["CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS"],
        }
    }
}

impl<'r> CodeOwners<'r> {
    /// The rules that count, of those of all CODEOWNERS files of a repository in file order. `host` is where it lies.
    pub fn of(rules: &'r [OwnerRule], host: Option<&str>) -> Self {
        let forge = Forge::of(host, rules);
        let places = forge.places();
        let file = places.into_iter().find(|place| rules.iter().any(|it| &*it.at.path == *place));
        let counting = rules.iter().filter(|it| Some(&*it.at.path) == file);
        let mut sections: Vec<Vec<Entry<'r>>> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        let mut passed_over = Vec::new();
        for rule in counting {
            let Some(entry) = Entry::of(rule, forge) else {
                passed_over.push(rule);
                continue;
            };
            // Names of sections are compared without case, and rules before the first section are in one of this name.
            let name = match (forge, &rule.section) {
                (Forge::Gitlab, Some(name)) => name.to_lowercase(),
                (Forge::Gitlab, None) => "codeowners".to_owned(),
                (Forge::Github | Forge::Gitea, _) => String::new(),
            };
            let at = names.iter().position(|it| *it == name).unwrap_or_else(|| {
                names.push(name);
                sections.push(Vec::new());
                names.len() - 1
            });
            let section = &mut sections[at];
            // A pattern that is written again in a section of GitLab keeps its place and changes its owners.
            let again = (forge == Forge::Gitlab).then(|| section.iter().position(|it| it.rule.pattern == rule.pattern));
            match again.flatten() {
                Some(place) => section[place] = entry,
                None => section.push(entry),
            }
        }
        CodeOwners { forge, sections, passed_over }
    }

    /// Whose way of reading counts.
    pub fn forge(&self) -> Forge {
        self.forge
    }

    /// The rules that decide over a path, repository-relative and `/`-separated.
    pub fn owned(&self, path: &str) -> Owned<'r> {
        let path = Path::of(path);
        let rules = match self.forge {
            Forge::Github | Forge::Gitlab => self.sections.iter().filter_map(|it| last(it, &path)).collect(),
            Forge::Gitea => {
                let matching = self.sections.iter().flatten().filter(|it| it.matches(&path) != it.negated);
                matching.map(|it| it.rule).collect()
            }
        };
        Owned { rules }
    }
}

/// The last entry that matches, unless one takes the path out of the section.
fn last<'r>(section: &[Entry<'r>], path: &Path<'_>) -> Option<&'r OwnerRule> {
    if section.iter().any(|it| it.negated && it.matches(path)) {
        return None;
    }
    section.iter().rev().find(|it| it.matches(path)).map(|it| it.rule)
}

impl<'r> Entry<'r> {
    /// `None` for a rule that its forge passes over.
    fn of(rule: &'r OwnerRule, forge: Forge) -> Option<Self> {
        let (pattern, negated) = match rule.pattern.strip_prefix('!') {
            Some(pattern) => (pattern, true),
            None => (rule.pattern.as_str(), false),
        };
        let matcher = match forge {
            Forge::Github if negated => return None,
            Forge::Github => Matcher::Pattern(Pattern::github(pattern)?),
            Forge::Gitlab => Matcher::Pattern(Pattern::gitlab(pattern)),
            Forge::Gitea if rule.owners.is_empty() => return None,
            // As Gitea does it, without a group: of `a|b` only `a` has to begin a path, and only `b` to end it.
            Forge::Gitea => Matcher::Regex(regex(&format!("^{}$", without_escapes(pattern)))?),
        };
        Some(Entry { rule, negated, matcher })
    }

    fn matches(&self, path: &Path<'_>) -> bool {
        match &self.matcher {
            Matcher::Pattern(pattern) => pattern.matches(path),
            Matcher::Regex(regex) => regex.is_match(path.text()),
        }
    }
}

/// A regular expression, unless it is none, or one that would be large beyond all measure.
fn regex(pattern: &str) -> Option<Regex> {
    const MAX_SIZE: usize = 1 << 20;
    let config = Regex::config().nfa_size_limit(Some(MAX_SIZE)).onepass_size_limit(Some(MAX_SIZE));
    Regex::builder().configure(config).build(pattern).ok()
}

/// A word of Gitea's file, in which a backslash stands before each character that is meant as it is.
fn without_escapes(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        text.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{CodeOwners, Forge};
    use crate::facts::OwnerRule;
    use crate::source::Location;

    fn rule(file: &str, pattern: &str, owner: &str) -> OwnerRule {
        OwnerRule {
            at: Location::whole_file(&file.into()),
            pattern: pattern.to_owned(),
            owners: vec![owner.to_owned()],
            section: None,
        }
    }

    #[test]
    fn the_first_file_of_a_forge_counts() {
        let files = ["CODEOWNERS", "docs/CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", ".gitea/CODEOWNERS"];
        let rules: Vec<OwnerRule> = files.iter().map(|file| rule(file, "/x", file)).collect();
        for (from, host, file) in [
            (0, "github.com", ".github/CODEOWNERS"),
            (0, "gitlab.com", "CODEOWNERS"),
            (0, "codeberg.org", "CODEOWNERS"),
            (1, "GitLab.example.org", "docs/CODEOWNERS"),
            (3, "gitlab.com", ".gitlab/CODEOWNERS"),
        ] {
            let owners = CodeOwners::of(&rules[from..], Some(host));
            let owned = owners.owned("x");
            // The pattern is no regular expression that a path could match.
            let expected = if owners.forge() == Forge::Gitea { vec![] } else { vec![file] };
            assert_eq!(owned.owners(), expected, "{host}");
        }
        assert_eq!(CodeOwners::of(&rules[3..], Some("github.com")).owned("x").owners(), Vec::<&str>::new());
    }

    #[test]
    fn forges() {
        let at = |file| [rule(file, "*", "@a")];
        let mut in_section = at("CODEOWNERS");
        in_section[0].section = Some("Docs".to_owned());
        for (host, rules, forge) in [
            (Some("github.com"), at(".gitlab/CODEOWNERS"), Forge::Github),
            (Some("github.example.org"), at("CODEOWNERS"), Forge::Github),
            (Some("gitlab.example.org"), at("CODEOWNERS"), Forge::Gitlab),
            (Some("git.example.org"), at(".gitlab/CODEOWNERS"), Forge::Gitlab),
            (Some("git.example.org"), at(".gitea/CODEOWNERS"), Forge::Gitea),
            (Some("git.example.org"), in_section, Forge::Gitlab),
            (Some("git.example.org"), at("docs/CODEOWNERS"), Forge::Github),
            (Some("codeberg.org"), at("CODEOWNERS"), Forge::Gitea),
            (None, at(".github/CODEOWNERS"), Forge::Github),
            (None, at("CODEOWNERS"), Forge::Github),
        ] {
            assert_eq!(Forge::of(host, &rules), forge, "{host:?} {rules:?}");
        }
    }

    #[test]
    fn what_is_passed_over_is_told() {
        for (file, pattern) in [
            (".github/CODEOWNERS", "!x"),
            (".github/CODEOWNERS", "[ab]"),
            (".gitea/CODEOWNERS", "("),
            (".gitea/CODEOWNERS", "((x{1000}){1000}){1000}"),
        ] {
            let rules = [rule(file, ".*", "@a"), rule(file, pattern, "@b")];
            let owners = CodeOwners::of(&rules, None);
            assert_eq!(owners.passed_over, [&rules[1]], "{pattern}");
            assert!(!owners.owned("x").owners().contains(&"@b"), "{pattern}");
        }
        let gitlab = [rule(".gitlab/CODEOWNERS", "[ab", "@a")];
        assert!(CodeOwners::of(&gitlab, None).passed_over.is_empty());
    }

    #[test]
    fn each_owner_is_told_once() {
        let mut rules = [rule("CODEOWNERS", "*", "@a"), rule("CODEOWNERS", "*.md", "@b")];
        rules[1].owners.push("@a".to_owned());
        rules[1].section = Some("Docs".to_owned());
        assert_eq!(CodeOwners::of(&rules, None).owned("x.md").owners(), ["@a", "@b"]);
    }
}
