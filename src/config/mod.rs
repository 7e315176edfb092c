//! `levelset.yaml`: what files can't show and their owner knows. Text → a checked [`Config`]; `main` reads the file.
//!
//! What it says of places, and what it leaves out, is applied to facts after they were written and changes nothing that is
//! seen ([`Config::apply`]); the rows that it adds to the tables of evidence say what is looked for; all else goes beside
//! the rules ([`Config::give`]). `docs/configuration.md` describes every key.

mod aliases;
mod lines;
mod places;
mod tables;
mod teams;
mod words;
mod written;

use std::borrow::Cow;

use anyhow::{Context as _, Result, ensure};
use jiff::civil::Date;

use crate::config::aliases::Aliases;
use crate::config::lines::Lines;
use crate::config::places::{organisation, repository_of, source};
use crate::config::written::{Written, WrittenSuppression};
use crate::facts::{Facts, Identity, Resolution};
use crate::knowledge::{self, Knowledge};
use crate::measure::findings::suppress::Suppression;
use crate::org::given::{Counting, Given};
use crate::org::pattern::{PathPattern, Reach, RepoPattern};
use crate::origin::Origin;
use crate::rules::{Rules, counted, counted_repositories};

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
        let mut given = Given { teams: teams::parse(&teams, &lines)?, ..Given::default() };
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
        let tables = if tables.is_empty() { Vec::new() } else { tables::rows(text) };
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

/// A key that names repositories.
fn repositories(list: &str, text: &str, lines: &Lines<'_>) -> Result<RepoPattern> {
    RepoPattern::parse(text).with_context(|| lines.at(&[list, text]))
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

#[cfg(test)]
mod tests {
    use super::Config;
    use crate::facts::Facts;
    use crate::knowledge::classes::Class;
    use crate::rules::{Met, Rules};

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
            ("answers: ['']\n", "levelset.yaml:1: answers: name a file"),
            ("answers: {a: b}\n", "expected a text or a list of texts"),
            (
                "components:\n  acme/mono:\n    tenants: [a/../b]\n",
                "levelset.yaml:3: components: acme/mono: tenants: \"a/../b\"",
            ),
            ("components:\n  mono: {}\n", "levelset.yaml:2: components: mono: \"mono\" names no repository"),
            ("components:\n  acme/mono: {tenant: a}\n", "unknown field `tenant`"),
            ("exclude:\n  - acme/a\n  - shop\n", "levelset.yaml:3: exclude: 2: \"shop\" names no repository; write"),
            ("organisations:\n- acme\n", "levelset.yaml:2: organisations: 1: \"acme\" names no organisation; write"),
            ("organisations: [gitlab.com/group/sub]\n", "of groups the outermost"),
            ("shared:\n  - acme\n", "levelset.yaml:2: shared: 1: \"acme\" names nothing that could be shared; write"),
            ("shared: ['acme/*']\n", "names nothing that could be shared"),
            ("shared: [https://registry.example.org/base]\n", "without scheme and version"),
            ("suppress:\n  - {finding: floating-image-tag, expires: 2026-12-31}\n", "missing field `reason`"),
            ("suppress:\n  - {finding: floating-image-tag, reason: so}\n", "missing field `expires`"),
            (
                "suppress:\n  - {finding: floating-image-tag, reason: so, expires: 2026-12-32}\n",
                "levelset.yaml:2: suppress: 1: `expires` is \"2026-12-32\"; write a day as 2026-12-31",
            ),
            (
                "suppress:\n  - {finding: floating-image-tag, reason: ' ', expires: 2026-12-31}\n",
                "levelset.yaml:2: suppress: 1: `reason` says why",
            ),
            (
                "suppress:\n  - {finding: copied-pipeline, path: /a, reason: so, expires: 2026-12-31}\n",
                "levelset.yaml:2: suppress: 1: `path`: \"/a\" is no path in a repository; write",
            ),
            (
                "teams:\n  a: {repositories: [acme/x]}\n  b:\n    repositories: [acme/X]\n",
                "levelset.yaml:4: teams: b: repositories: \"acme/X\" is a's too; name it once",
            ),
            (
                "teams:\n  a:\n    paths: {acme/x: [p/]}\n  b:\n    paths:\n      acme/x: [p/]\n",
                "levelset.yaml:6: teams: b: paths: acme/x: \"p/\" is a's too",
            ),
            ("teams:\n  a: {also: ['@B']}\n  b: {}\n", "levelset.yaml:2: teams: a: also: \"@B\" is b's name too"),
            ("teams:\n  a: {}\n  A: {}\n", "another team has this name but for its case"),
            ("teams:\n  a: {owns: []}\n", "unknown field `owns`"),
            ("thresholds:\n  shared-module-adoption: much\n", "levelset.yaml:2"),
        ] {
            let error = format!("{:#}", Config::parse("levelset.yaml", text).unwrap_err());
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }

    #[test]
    fn what_only_the_rules_can_tell() {
        for (text, says) in [
            (
                "thresholds:\n  adoption: 0.5\n",
                "levelset.yaml:2: thresholds: adoption: there is no indicator \"adoption\"",
            ),
            (
                "thresholds:\n  shared-module-adoption: 50\n",
                "levelset.yaml:2: thresholds: shared-module-adoption: the bound is a share from 0 to 1 that can be reached; \
                 it says 50",
            ),
            ("thresholds: {one-way-to-a-database: -1}\n", "the bound is a number from 0; it says -1"),
            ("thresholds: {one-way-to-a-database: .nan}\n", "the bound is a number from 0"),
            ("thresholds: {quarterly-assessment: 4}\n", "is held against no bound that could be set"),
            (
                "suppress:\n- {finding: floating, reason: so, expires: 2026-12-31}\n",
                "levelset.yaml:2: suppress: 1: there is no finding \"floating\"; the findings are copied-pipeline",
            ),
        ] {
            let mut rules = Rules::load(None).unwrap();
            let error = Config::parse("levelset.yaml", text).unwrap().give(&mut rules).unwrap_err();
            let error = format!("{error:#}");
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }

    #[test]
    fn thresholds_are_of_the_same_kind() {
        let mut rules = Rules::load(None).unwrap();
        let text = "thresholds: {shared-module-adoption: 0.5, one-way-to-a-database: 3}\n";
        Config::parse("levelset.yaml", text).unwrap().give(&mut rules).unwrap();
        let met = |id: &str| rules.indicator(id).unwrap().met;
        assert_eq!(met("shared-module-adoption"), Some(Met::AtLeast(0.5)));
        assert_eq!(met("one-way-to-a-database"), Some(Met::AtMost(3.0)));
    }

    #[test]
    fn names_follow_aliases() {
        let text = "aliases: {git.example.org/team: github.com/Acme}\norganisations: [git.example.org/team]\n\
                    shared: [git.example.org/team/tools, 'registry.example.org:5000/base', acme/flows/]\n";
        let config = Config::parse("levelset.yaml", text).unwrap();
        assert_eq!(config.given.organisations, [("github.com".to_owned(), "Acme".to_owned())]);
        let shared: Vec<(Option<&str>, &str)> =
            config.given.shared.iter().map(|it| (it.host.as_deref(), it.path.as_str())).collect();
        let expected =
            [(Some("github.com"), "Acme/tools"), (Some("registry.example.org:5000"), "base"), (None, "acme/flows")];
        assert_eq!(shared, expected);
    }

    #[test]
    fn what_it_sets_in_words() {
        let text = "aliases: {a.example.org: github.com}\nanswers: [a.yaml, b.csv]\nexclude: [acme/a, acme/b]\n\
                    organisations: [github.com/acme]\nthresholds: {shared-module-adoption: 0.5}\nsuppress:\n\
                    - {finding: copied-pipeline, reason: so, expires: 2026-12-31}\n\
                    - {finding: copied-pipeline, repo: acme/a, reason: so, expires: 2026-11-30}\n\
                    teams: {a: {repositories: [acme/]}, b: {paths: {acme/mono: [p/, q/]}}}\n";
        let mut rules = Rules::load(None).unwrap();
        let config = Config::parse("levelset.yaml", text).unwrap();
        config.give(&mut rules).unwrap();
        let expected = [
            "aliases        1 alias",
            "answers        a.yaml, b.csv",
            "exclude        2 patterns",
            "organisations  github.com/acme",
            "suppress       2 suppressions, the first until 2026-11-30",
            "teams          2 teams with 1 pattern of repositories and 2 paths",
            "thresholds     shared-module-adoption at 50 % or more (the rule: at 40 % or more)",
        ];
        assert_eq!(config.words(&rules), expected);
        assert_eq!(Config::default().words(&rules), ["it sets nothing"]);
    }
}
