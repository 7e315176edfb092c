//! Places that are the same: aliases, and what each stands for.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};

use crate::config::lines::Lines;
use crate::origin::gitlab::SERVER;

/// Hosts, and owners on hosts, that are other names of others: a mirror of an organisation on a second forge, the host
/// of somebody's ssh settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Aliases {
    /// Alias → what it stands for; owners in lower case, the longest first.
    rows: Vec<(Named, Named)>,
}

/// A host, or an owner on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) host: String,
    /// Empty for the host as a whole.
    pub(super) owner: String,
}

impl Aliases {
    /// Reads what a configuration says of them.
    pub(super) fn parse(written: &BTreeMap<String, String>, lines: &Lines<'_>) -> Result<Self> {
        let mut rows = Vec::with_capacity(written.len());
        for (alias, place) in written {
            let at = || lines.at(&["aliases", alias]);
            let row = Named::parse(alias).and_then(|alias| Ok((alias, Named::parse(place)?))).with_context(at)?;
            ensure!(
                row.0.owner.is_empty() == row.1.owner.is_empty(),
                "{}: {alias:?} and {place:?}: name a host for a host, or an owner for an owner",
                at()
            );
            rows.push(row);
        }
        // A longer name says more: `forge/group/sub` before `forge/group`.
        rows.sort_by(|(a, _), (b, _)| b.owner.len().cmp(&a.owner.len()).then_with(|| a.host.cmp(&b.host)));
        Ok(Aliases { rows })
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Puts what an alias stands for in its place. Of what lies on a GitLab that isn't known the group tells, where
    /// aliases name it on one host only.
    pub(super) fn replace(&self, host: &mut String, owner: &mut String) {
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
    pub(super) fn parse(text: &str) -> Result<Self> {
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
    use crate::config::Config;

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
}
