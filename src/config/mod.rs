//! `levelset.yaml`: what files can't show and their owner knows. Text → a checked [`Config`]; `main` reads the file.
//!
//! What it says of places, and what it leaves out, is applied to facts after they were written and changes nothing that is
//! seen ([`Config::apply`]); the rows that it adds to the tables of evidence say what is looked for; all else goes beside
//! the rules ([`Config::give`]). `docs/configuration.md` describes every key.

mod aliases;
mod lines;
mod words;
mod written;

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use jiff::civil::Date;

use crate::config::aliases::{Aliases, Named};
use crate::config::lines::Lines;
use crate::config::written::{Written, WrittenSuppression, WrittenTeam};
use crate::facts::{Facts, Identity, Resolution};
use crate::knowledge::{self, Knowledge};
use crate::measure::findings::suppress::Suppression;
use crate::org::given::{Counting, Given, Source, Team};
use crate::org::libraries::Place;
use crate::org::pattern::{PathPattern, Reach, RepoPattern};
use crate::origin::Origin;
use crate::rules::{Rules, counted, counted_repositories};
use crate::syntax::yaml::{self, Node};

/// What the user's configuration says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Files with answers (`answers`), relative to the configuration.
    pub answers: Vec<String>,
    /// What it says of the organisation (`components`, `organisations`, `server-side`, `shared`, `teams`).
    pub given: Given,
    /// Places that are the same.
    aliases: Aliases,
    /// What counts nowhere.
    exclude: Vec<RepoPattern>,
    /// What is left out of findings.
    suppress: Vec<Said<Suppression>>,
    /// Rows that tables of evidence get (`tables`): the table's name, and its rows as they are written, at their lines.
    tables: Vec<(String, String)>,
    /// Bounds in place of the rules', by indicator.
    thresholds: Vec<Said<(String, f64)>>,
}

/// Something that only the rules can tell whether it holds, and where it is said.
#[derive(Clone, Debug, PartialEq)]
struct Said<T> {
    at: String,
    what: T,
}

/// The JSON Schema of the file, for editors.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Written)
}

impl Config {
    /// Reads a configuration. `path` is what errors call it.
    ///
    /// # Errors
    /// What is wrong in it, where, and what to write instead.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        // An empty file, or one of comments, says nothing.
        let is_empty = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        let written: Written = if is_empty { Written::default() } else { crate::rules::parse(path, text)? };
        let lines = Lines::of(path, text);
        let Written {
            aliases,
            answers,
            components,
            exclude,
            organisations,
            server_side,
            shared,
            suppress,
            tables,
            teams,
            thresholds,
        } = written;
        let aliases = Aliases::parse(&aliases, &lines)?;
        let mut given = Given { teams: parse_teams(&teams, &lines)?, ..Given::default() };
        for (number, text) in organisations.iter().enumerate() {
            given.organisations.push(listed("organisations", number, &lines, organisation(text, &aliases))?);
        }
        for (number, text) in shared.iter().enumerate() {
            given.shared.push(listed("shared", number, &lines, source(text, &aliases))?);
        }
        for (name, repository) in server_side {
            let at = || lines.at(&["server-side", &name]);
            let place = repository_of(&repository).with_context(at)?;
            ensure!(
                !name.is_empty() && !name.contains('@'),
                "{}: write the library's name alone, as the server knows it, without a version",
                at()
            );
            given.server_side.insert(name, place);
        }
        for (repository, it) in &components {
            let at = |key: &str| lines.at(&["components", repository, key]);
            let paths = |key: &str, all: &[String]| {
                let parsed = all.iter().map(|it| PathPattern::parse(it)).collect::<Result<Vec<_>>>();
                parsed.with_context(|| at(key))
            };
            given.components.push(Counting {
                repositories: repositories("components", repository, &lines)?,
                tenants: it.tenants.as_ref().map(|it| paths("tenants", it.all())).transpose()?,
                ignore: paths("ignore", &it.ignore)?,
            });
        }
        let parse = |(number, text): (usize, &String)| listed("exclude", number, &lines, RepoPattern::parse(text));
        let exclude = exclude.iter().enumerate().map(parse).collect::<Result<Vec<_>>>()?;
        let parse = |(number, it): (usize, WrittenSuppression)| {
            let at = lines.at(&["suppress", &number.to_string()]);
            Ok(Said { what: suppression(it).with_context(|| at.clone())?, at })
        };
        let suppress = suppress.into_iter().enumerate().map(parse).collect::<Result<Vec<_>>>()?;
        let said = |(indicator, bound): (String, f64)| {
            let at = lines.at(&["thresholds", &indicator]);
            Said { at, what: (indicator, bound) }
        };
        let thresholds = thresholds.into_iter().map(said).collect();
        let is_named = |it: &String| !it.trim().is_empty();
        ensure!(answers.all().iter().all(is_named), "{}: name a file", lines.at(&["answers"]));
        let answers = answers.all().to_vec();
        let tables = if tables.is_empty() { Vec::new() } else { rows_of_tables(text) };
        for (name, rows) in &tables {
            let known = knowledge::names().any(|it| it == name);
            let all = || knowledge::names().collect::<Vec<_>>().join(", ");
            let at = || lines.at(&["tables", name]);
            ensure!(known, "{}: there is no table {name:?}; the tables are {}", at(), all());
            Knowledge::default().add(name, path, rows)?;
        }
        Ok(Config { answers, given, aliases, exclude, suppress, tables, thresholds })
    }

    /// What is known of other people's tools: what is built in, with the rows that the configuration adds.
    ///
    /// # Errors
    /// None that [`Config::parse`] didn't tell.
    pub fn knowledge(&self, path: &str) -> Result<Cow<'static, Knowledge>> {
        let mut known = Cow::Borrowed(knowledge::built_in());
        for (name, rows) in &self.tables {
            known.to_mut().add(name, path, rows)?;
        }
        Ok(known)
    }

    /// Puts what the configuration says beside the rules: what is known, what is said of the organisation, thresholds and
    /// suppressions.
    ///
    /// # Errors
    /// Thresholds of indicators, and suppressions of findings, that the rules don't have; bounds that can't be.
    pub fn give(&self, rules: &mut Rules) -> Result<()> {
        // What is wrong with a row was told when the file was read.
        rules.tables.knowledge = self.knowledge("the configuration")?;
        rules.tables.given = self.given.clone();
        for Said { at, what: (indicator, bound) } in &self.thresholds {
            rules.set_threshold(indicator, *bound).with_context(|| at.clone())?;
        }
        for Said { at, what } in &self.suppress {
            let all = || rules.findings.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join(", ");
            let is_known = rules.findings.iter().any(|it| it.id == what.finding);
            ensure!(is_known, "{at}: there is no finding {:?}; the findings are {}", what.finding, all());
            rules.suppressions.push(what.clone());
        }
        Ok(())
    }

    /// Applies what the configuration says to facts: puts what aliases stand for in their place, and leaves out what
    /// counts nowhere. What was left out is returned in words, for [`Org::notices`](crate::org::Org::notices).
    #[must_use]
    pub fn apply(&self, facts: &mut Vec<Facts>) -> Vec<String> {
        if !self.aliases.is_empty() {
            facts.iter_mut().for_each(|it| self.replace_aliases(it));
        }
        self.leave_out(facts)
    }

    fn replace_aliases(&self, it: &mut Facts) {
        if let Some(Identity { host, owner, name: _ }) = &mut it.repo.identity {
            self.aliases.replace(host, owner);
        }
        it.change_origins(|origin| {
            if let Origin::Repo { host, owner, .. } = origin {
                self.aliases.replace(host, owner);
            }
        });
        // What says the version of a commit names its repository too.
        for Resolution { host, name, .. } in &mut it.resolutions {
            let Some((owner, repository)) = name.rsplit_once('/') else { continue };
            let mut owner = owner.to_owned();
            self.aliases.replace(host, &mut owner);
            *name = format!("{owner}/{repository}").to_lowercase();
        }
    }

    fn leave_out(&self, facts: &mut Vec<Facts>) -> Vec<String> {
        if self.exclude.is_empty() {
            return Vec::new();
        }
        let before = facts.len();
        facts.retain(|it| self.exclude.iter().all(|by| by.reach(&it.repo) != Reach::Whole));
        let (mut n_facts, mut n_repos) = (0, 0);
        for it in facts.iter_mut() {
            let paths = self.exclude.iter().filter_map(|by| match by.reach(&it.repo) {
                Reach::Below(paths) => Some(paths),
                Reach::None | Reach::Whole => None,
            });
            let paths: Vec<PathPattern> = paths.collect();
            if paths.is_empty() {
                continue;
            }
            let n = it.retain(|path| !paths.iter().any(|by| by.holds_file(path)));
            n_facts += n;
            n_repos += u64::from(n > 0);
        }
        let repositories = counted_repositories((before - facts.len()) as u64);
        let within = counted_repositories(n_repos);
        vec![format!(
            "left out by the configuration: {repositories}, and {} in {within} that count",
            counted(n_facts, "fact")
        )]
    }
}

/// An error of an item of a list gets its place.
fn listed<T>(list: &str, number: usize, lines: &Lines<'_>, parsed: Result<T>) -> Result<T> {
    parsed.with_context(|| lines.at(&[list, &number.to_string()]))
}

fn parse_teams(teams: &BTreeMap<String, WrittenTeam>, lines: &Lines<'_>) -> Result<Vec<Team>> {
    let mut found: Vec<Team> = Vec::with_capacity(teams.len());
    // Who has which name, or which repositories, so that nothing is two teams'.
    let mut names: BTreeMap<String, &str> = teams.keys().map(|it| (it.to_lowercase(), it.as_str())).collect();
    let mut owned: BTreeMap<String, &str> = BTreeMap::new();
    for (name, it) in teams {
        let at = |key: &str| lines.at(&["teams", name, key]);
        ensure!(!name.trim().is_empty(), "{}: a team has a name", lines.at(&["teams", name]));
        let twin = names.get(&name.to_lowercase()).filter(|it| *it != name);
        ensure!(twin.is_none(), "{}: another team has this name but for its case", lines.at(&["teams", name]));
        let mut own = Vec::with_capacity(it.repositories.len());
        for text in &it.repositories {
            let pattern = RepoPattern::parse(text).with_context(|| at("repositories"))?;
            if let Some(other) = owned.insert(text.to_lowercase(), name) {
                ensure!(other == name, "{}: {text:?} is {other}'s too; name it once", at("repositories"));
            }
            own.push(pattern);
        }
        let mut paths = Vec::with_capacity(it.paths.len());
        for (repository, within) in &it.paths {
            let at = || lines.at(&["teams", name, "paths", repository]);
            let pattern = RepoPattern::parse(repository).with_context(at)?;
            for text in within {
                let key = format!("{} {text}", repository.to_lowercase());
                if let Some(other) = owned.insert(key, name) {
                    ensure!(other == name, "{}: {text:?} is {other}'s too; name it once", at());
                }
            }
            let within = within.iter().map(|it| PathPattern::parse(it)).collect::<Result<Vec<_>>>().with_context(at)?;
            paths.push((pattern, within));
        }
        let mut also = Vec::with_capacity(it.also.len());
        for text in &it.also {
            let other_name = text.trim_start_matches('@').to_owned();
            ensure!(!other_name.is_empty(), "{}: a team has a name", at("also"));
            if let Some(other) = names.insert(other_name.to_lowercase(), name) {
                ensure!(other == name, "{}: {text:?} is {other}'s name too; name it once", at("also"));
            }
            also.push(other_name);
        }
        found.push(Team { name: name.clone(), repositories: own, paths, also });
    }
    Ok(found)
}

/// A key that names repositories.
fn repositories(list: &str, text: &str, lines: &Lines<'_>) -> Result<RepoPattern> {
    RepoPattern::parse(text).with_context(|| lines.at(&[list, text]))
}

/// Host and owner of an organisation.
fn organisation(text: &str, aliases: &Aliases) -> Result<(String, String)> {
    let Named { mut host, mut owner } = Named::parse(text)?;
    aliases.replace(&mut host, &mut owner);
    ensure!(
        !owner.is_empty() && !owner.contains('/'),
        "{text:?} names no organisation; write host and owner (`github.com/acme`), of groups the outermost, which has its \
         subgroups in it"
    );
    Ok((host, owner))
}

/// A repository, or a part of a registry. What has a dot or a port before the first slash is a host.
fn source(text: &str, aliases: &Aliases) -> Result<Source> {
    let name = text.strip_suffix('/').unwrap_or(text);
    let (first, rest) = name.split_once('/').unwrap_or((name, ""));
    let has_host = first.contains(['.', ':']) || first == "localhost";
    let is_path =
        |path: &str| path.split('/').all(|it| !matches!(it, "" | "." | "..") && !it.contains([':', '*', ' ']));
    let is_host = !first.is_empty() && !first.contains(['*', ' ']) && !first.ends_with(':');
    let holds =
        if has_host { is_host && (rest.is_empty() || is_path(rest)) } else { is_path(name) && !rest.is_empty() };
    ensure!(
        holds,
        "{text:?} names nothing that could be shared; write a repository (`acme/workflows`, \
         `git.example.org/acme/workflows`) or a part of a registry (`registry.example.org/base`), without scheme and version"
    );
    if !has_host {
        return Ok(Source { host: None, path: name.to_owned() });
    }
    let (mut host, mut path) = (first.to_ascii_lowercase(), rest.to_owned());
    aliases.replace(&mut host, &mut path);
    Ok(Source { host: Some(host), path })
}

fn suppression(written: WrittenSuppression) -> Result<Suppression> {
    let WrittenSuppression { finding, repo, path, reason, by, expires } = written;
    ensure!(!reason.trim().is_empty(), "`reason` says why; it is empty");
    let day: Date = expires
        .parse()
        .ok()
        .with_context(|| format!("`expires` is {expires:?}; write a day as 2026-12-31, quoted or not"))?;
    let words = match (&repo, &path) {
        (Some(repo), Some(path)) => format!("{finding} in {}/{path}", repo.trim_end_matches('/')),
        (Some(place), None) | (None, Some(place)) => format!("{finding} in {place}"),
        (None, None) => format!("{finding} everywhere"),
    };
    Ok(Suppression {
        finding,
        repo: repo.map(|it| RepoPattern::parse(&it)).transpose().context("`repo`")?,
        path: path.map(|it| PathPattern::parse(&it)).transpose().context("`path`")?,
        reason,
        by,
        expires: day.to_string(),
        words,
    })
}

/// The tables that a configuration adds to, each as a text of its own with the rows at the lines where they stand.
fn rows_of_tables(text: &str) -> Vec<(String, String)> {
    let (documents, _) = yaml::parse(text);
    let tables = documents.first().and_then(|it| it.get("tables"));
    let rows = |rows: Node<'_>| {
        let span = rows.resolved().span();
        let line = text.get(..span.start).and_then(|it| it.rfind('\n')).map_or(0, |at| at + 1);
        // A list in a block begins with the dash of its first row, which its span leaves out.
        let is_block = text.get(line..span.start).is_some_and(|it| it.trim_matches([' ', '-']).is_empty());
        let start = if is_block { line } else { span.start };
        let lines = "\n".repeat(text.get(..line).unwrap_or("").matches('\n').count());
        format!("{lines}{}{}", " ".repeat(start - line), text.get(start..span.end).unwrap_or(""))
    };
    let entries = tables.map(Node::entries).unwrap_or_default();
    entries.into_iter().map(|(name, it)| (name.text().unwrap_or("").to_owned(), rows(it))).collect()
}

/// The repository that a library lies in.
fn repository_of(text: &str) -> Result<Place> {
    let is_part = |part: &&str| {
        !matches!(*part, "" | "." | "..")
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b' '))
    };
    let parts: Vec<&str> = text.split('/').collect();
    ensure!(
        parts.len() >= 2 && parts.iter().all(is_part),
        "{text:?} names no repository; write `owner/name` or `git.example.org/owner/name`, without scheme and port"
    );
    // What is a host has a dot; no forge lets owners have one in a name of three parts.
    let has_host = parts.len() >= 3 && parts[0].contains('.');
    let (host, rest) = if has_host { (Some(parts[0].to_ascii_lowercase()), &parts[1..]) } else { (None, &parts[..]) };
    Ok(Place { host, full_name: rest.join("/") })
}

#[cfg(test)]
mod tests {
    use super::Config;
    use crate::facts::Facts;
    use crate::knowledge::classes::Class;

    #[test]
    fn what_says_the_version_of_a_commit_follows() {
        let facts = r#"{"format": "levelset-facts/1", "repo": {"identity": null, "folder": "shop", "commit": null,
            "branch": null, "committed": null, "tags": [], "shallow": false, "listing": "walked"}, "files": {"seen": 1,
            "recognised": {}, "read": 1, "symlinks": 0, "submodules": 0, "not_checked_out": 0}, "pipelines": [],
            "uses": [], "offers": [], "resources": [], "markers": [], "owners": [], "gaps": [], "resolutions": [{"at":
            {"path": "a.tf", "line": 1, "column": 1, "end_line": 1, "end_column": 2, "line_hash": "0:1"},
            "file": "a.tf", "host": "git.example.org", "name": "team/vpc", "ref": "0a", "tag": "v1"}]}"#;
        let mut facts: Vec<Facts> = vec![serde_json::from_str(facts).unwrap()];
        let config = Config::parse("levelset.yaml", "aliases:\n  git.example.org/team: github.com/Acme\n").unwrap();
        assert_eq!(config.apply(&mut facts), Vec::<String>::new());
        let it = &facts[0].resolutions[0];
        assert_eq!((it.host.as_str(), it.name.as_str()), ("github.com", "acme/vpc"));
    }

    #[test]
    fn what_says_nothing() {
        for text in ["", "\n", "# nothing yet\n", "aliases: {}\n"] {
            assert_eq!(Config::parse("levelset.yaml", text).unwrap(), Config::default(), "{text:?}");
        }
    }

    #[test]
    fn where_libraries_lie() {
        let text = "server-side:\n  Infra: acme/library\n  Tools: Git.Example.org/acme/sub/tools\n";
        let config = Config::parse("levelset.yaml", text).unwrap();
        let told: Vec<(&str, Option<&str>, &str)> = config
            .given
            .server_side
            .iter()
            .map(|(name, it)| (name.as_str(), it.host.as_deref(), it.full_name.as_str()))
            .collect();
        assert_eq!(told, [("Infra", None, "acme/library"), ("Tools", Some("git.example.org"), "acme/sub/tools")]);
    }

    #[test]
    fn tables_get_rows() {
        for text in [
            "tables:\n  classes:\n  - class: queue\n    terraform: [acme_queue]\n  objects: []\n",
            "aliases: {}\ntables: {classes: [{class: queue, terraform: [acme_queue]}]}\n",
        ] {
            let known = Config::parse("levelset.yaml", text).unwrap().knowledge("levelset.yaml").unwrap();
            assert_eq!(known.classes.of_type("acme_queue"), Some(Class::Queue), "{text}");
            // What is built in stays.
            assert_eq!(known.classes.of_type("aws_sqs_queue"), Some(Class::Queue), "{text}");
        }
    }

    #[test]
    fn errors_say_where_and_what_to_do() {
        for (text, says) in [
            ("alias:\n  a: b\n", "levelset.yaml"),
            ("aliases:\n  https://x/y: github.com/a\n", "without scheme and port"),
            ("aliases:\n  x/: github.com\n", "is no place"),
            ("aliases:\n  x/y: github.com\n", "name a host for a host"),
            ("aliases: [a]\n", "levelset.yaml"),
            ("server-side:\n  Infra: library\n", "names no repository"),
            ("server-side:\n  Infra: https://github.com/acme/library\n", "without scheme and port"),
            ("server-side:\n  Infra@v1: acme/library\n", "without a version"),
            ("server-side: acme/library\n", "levelset.yaml"),
            ("tables:\n  ponds: []\n", "there is no table \"ponds\"; the tables are actions, classes"),
            ("# a\ntables:\n  classes:\n    - class: queue\n    - class: pond\n", "levelset.yaml:5"),
            (
                "tables:\n  objects:\n    - {group: a.io, marker: slo, tool: x, source: s, sais: {}}\n",
                "row 1: there is no key",
            ),
            ("tables: [a]\n", "levelset.yaml"),
        ] {
            let error = format!("{:#}", Config::parse("levelset.yaml", text).unwrap_err());
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }
}
