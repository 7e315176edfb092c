//! `levelset.yaml`: what files can't show and their owner knows. Text → a checked [`Config`]; `main` reads the file.
//!
//! What it says of places is applied to facts after they were written and changes nothing that is seen; the rows that it
//! adds to the tables of evidence say what is looked for.
//!
//! ```yaml
//! aliases:
//!   gitlab.example.org/team: github.com/acme
//! server-side:
//!   Infrastructure: acme/jenkins-library
//! tables:
//!   objects:
//!     - {group: platform.example.org, kinds: [Database], marker: platform-claim, tool: acme, source: internal}
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::facts::{Facts, Identity, Resolution};
use crate::knowledge::{self, Knowledge};
use crate::org::libraries::Place;
use crate::origin::Origin;
use crate::origin::gitlab::SERVER;
use crate::syntax::yaml::{self, Node};

/// What the user's configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Places that are the same.
    pub aliases: Aliases,
    /// Where libraries lie that pipelines name by what the CI server calls them (`server-side`): the server's name, as
    /// `@Library` has it, and the repository, `owner/name` or `host/owner/name`.
    pub server_side: BTreeMap<String, Place>,
    /// Rows that tables of evidence get (`tables`): the table's name, and its rows as they are written, at their lines.
    tables: Vec<(String, String)>,
}

/// Hosts, and owners on hosts, that are other names of others: a mirror of an organisation on a second forge, the host
/// of somebody's ssh settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    /// Alias → what it stands for; owners in lower case, the longest first.
    rows: Vec<(Named, Named)>,
}

/// A host, or an owner on it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    host: String,
    /// Empty for the host as a whole.
    owner: String,
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    aliases: BTreeMap<String, String>,
    #[serde(default, rename = "server-side")]
    server_side: BTreeMap<String, String>,
    /// Read from the text again, because each table has rows of its own.
    #[serde(default)]
    tables: BTreeMap<String, IgnoredAny>,
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
        let mut rows = Vec::with_capacity(written.aliases.len());
        for (alias, place) in &written.aliases {
            let row = Named::parse(alias)
                .and_then(|alias| Ok((alias, Named::parse(place)?)))
                .with_context(|| format!("{path}: aliases: {alias:?}"))?;
            ensure!(
                row.0.owner.is_empty() == row.1.owner.is_empty(),
                "{path}: aliases: {alias:?} and {place:?}: name a host for a host, or an owner for an owner"
            );
            rows.push(row);
        }
        // A longer name says more: `forge/group/sub` before `forge/group`.
        rows.sort_by(|(a, _), (b, _)| b.owner.len().cmp(&a.owner.len()).then_with(|| a.host.cmp(&b.host)));
        let mut server_side = BTreeMap::new();
        for (name, repository) in written.server_side {
            let place = repository_of(&repository).with_context(|| format!("{path}: server-side: {name:?}"))?;
            ensure!(
                !name.is_empty() && !name.contains('@'),
                "{path}: server-side: {name:?}: write the library's name alone, as the server knows it, without a version"
            );
            server_side.insert(name, place);
        }
        let names = written.tables.into_keys().collect::<Vec<_>>();
        let tables = if names.is_empty() { Vec::new() } else { tables(text) };
        for (name, rows) in &tables {
            let known = knowledge::names().any(|it| it == name);
            let all = || knowledge::names().collect::<Vec<_>>().join(", ");
            ensure!(known, "{path}: tables: there is no table {name:?}; the tables are {}", all());
            Knowledge::default().add(name, path, rows)?;
        }
        Ok(Config { aliases: Aliases { rows }, server_side, tables })
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

    /// Applies what the configuration says to facts.
    pub fn apply(&self, facts: &mut [Facts]) {
        if self.aliases.rows.is_empty() {
            return;
        }
        for it in facts {
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
    }
}

/// The tables that a configuration adds to, each as a text of its own with the rows at the lines where they stand.
fn tables(text: &str) -> Vec<(String, String)> {
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

impl Aliases {
    /// Puts what an alias stands for in its place. Of what lies on a GitLab that isn't known the group tells, where
    /// aliases name it on one host only.
    fn replace(&self, host: &mut String, owner: &mut String) {
        if host == SERVER {
            let top = owner.split('/').next().unwrap_or("");
            let is_group = |alias: &Named| {
                let name = alias.owner.split('/').next().unwrap_or("");
                !name.is_empty() && name.eq_ignore_ascii_case(top)
            };
            let hosts: BTreeSet<&str> =
                self.rows.iter().map(|(alias, _)| alias).filter(|it| is_group(it)).map(|it| it.host.as_str()).collect();
            let mut hosts = hosts.into_iter();
            let (Some(only), None) = (hosts.next(), hosts.next()) else { return };
            // Another group of the same name before its `/` may be on no host that is known.
            let mut named = only.to_owned();
            let unnamed = named.clone();
            let before = owner.clone();
            self.replace(&mut named, owner);
            if named != unnamed || *owner != before {
                *host = named;
            }
            return;
        }
        for (alias, place) in self.rows.iter().filter(|(alias, _)| alias.host.eq_ignore_ascii_case(host)) {
            if alias.owner.is_empty() {
                host.clone_from(&place.host);
                return;
            }
            let Some(head) = owner.get(..alias.owner.len()).filter(|it| it.eq_ignore_ascii_case(&alias.owner)) else {
                continue;
            };
            let rest = &owner[head.len()..];
            if rest.is_empty() || rest.starts_with('/') {
                *owner = format!("{}{rest}", place.owner);
                host.clone_from(&place.host);
                return;
            }
        }
    }
}

impl Named {
    fn parse(text: &str) -> Result<Self> {
        let (host, owner) = text.split_once('/').unwrap_or((text, ""));
        let is_part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b' '))
        };
        ensure!(
            is_part(host) && (owner.is_empty() && !text.ends_with('/') || owner.split('/').all(is_part)),
            "{text:?} is no place; write a host (`git.example.org`) or an owner on it (`git.example.org/team`), without \
             scheme and port"
        );
        Ok(Named { host: host.to_ascii_lowercase(), owner: owner.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Config;
    use crate::facts::Facts;
    use crate::knowledge::classes::Class;

    fn replaced(config: &Config, host: &str, owner: &str) -> String {
        let (mut host, mut owner) = (host.to_owned(), owner.to_owned());
        config.aliases.replace(&mut host, &mut owner);
        format!("{host}/{owner}")
    }

    #[test]
    fn aliases() {
        let text = "aliases:\n  Git.Example.org/Team: github.com/Acme\n  git.example.org/team/apps: github.com/acme-apps\n  \
                    work: github.com\n";
        let config = Config::parse("levelset.yaml", text).unwrap();
        for (host, owner, expected) in [
            ("git.example.org", "team", "github.com/Acme"),
            ("git.example.org", "TEAM", "github.com/Acme"),
            ("git.example.org", "team/sub", "github.com/Acme/sub"),
            ("git.example.org", "team/apps", "github.com/acme-apps"),
            ("git.example.org", "teams", "git.example.org/teams"),
            ("git.example.org", "other", "git.example.org/other"),
            ("work", "acme", "github.com/acme"),
            ("github.com", "team", "github.com/team"),
        ] {
            assert_eq!(replaced(&config, host, owner), expected, "{host}/{owner}");
        }
    }

    #[test]
    fn groups_of_a_server_that_is_not_known() {
        let text = "aliases:\n  git.example.org/team: github.com/Acme\n  a.example.org/both: github.com/x\n  \
                    b.example.org/both: github.com/y\n  work: github.com\n";
        let config = Config::parse("levelset.yaml", text).unwrap();
        for (owner, expected) in
            [("Team", "github.com/Acme"), ("team/sub", "github.com/Acme/sub"), ("both", "/both"), ("other", "/other")]
        {
            assert_eq!(replaced(&config, "", owner), expected, "{owner}");
        }
    }

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
        config.apply(&mut facts);
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
