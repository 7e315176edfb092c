//! Names of repositories and places on the page as links, for terminals that have them (OSC 8): a reader opens a file by a
//! click. What they lead to are the forge's pages of the commit that was scanned.

use std::io::{self, Write};

use rustc_hash::FxHashMap;

use crate::output::links::{blob, repository};
use crate::report::{RepoReport, Report};

/// Writes a page with links where it names what the report has.
///
/// # Errors
/// Those of the writer.
pub(super) fn write(page: &str, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let repos: FxHashMap<&str, &RepoReport> = report.repos.iter().map(|it| (it.id.as_str(), it)).collect();
    write_with(page, &repos, out)
}

fn write_with(page: &str, repos: &FxHashMap<&str, &RepoReport>, out: &mut dyn Write) -> io::Result<()> {
    let mut rest = page;
    while !rest.is_empty() {
        let word = rest.find(is_between).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(word);
        match address(name, repos) {
            Some(address) => write!(out, "\u{1b}]8;;{address}\u{1b}\\{name}\u{1b}]8;;\u{1b}\\")?,
            None => out.write_all(name.as_bytes())?,
        }
        // A sequence that sets a style is no word, whatever letters it ends with.
        let style = behind.strip_prefix("\u{1b}[").and_then(|it| it.find('m')).map(|end| end + 3);
        let between = style.or_else(|| behind.chars().next().map(char::len_utf8)).unwrap_or(0);
        out.write_all(&behind.as_bytes()[..between])?;
        rest = &behind[between..];
    }
    Ok(())
}

/// What stands between names.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '\u{1b}')
}

/// Where a name leads: `acme/shop` to the repository, `acme/shop/infra/main.tf:6` to the line of the file. Nowhere where it is
/// neither, or its pages aren't known.
fn address(name: &str, repos: &FxHashMap<&str, &RepoReport>) -> Option<String> {
    let name = name.trim_end_matches(':');
    if let Some(repo) = repos.get(name) {
        return repository(repo.identity.as_ref()?);
    }
    // Groups have names of several parts.
    let (repo, path) = name.match_indices('/').find_map(|(at, _)| Some((*repos.get(&name[..at])?, &name[at + 1..])))?;
    let (path, line) = match path.rsplit_once(':') {
        Some((path, line)) => (path, line.parse().ok()?),
        None => (path, 1),
    };
    let is_file = path.rsplit('/').next().is_some_and(|it| it.contains('.'));
    let pages = blob(repo.identity.as_ref()?, repo.commit.as_deref()?)?;
    is_file.then(|| pages.file(path, line))
}

#[cfg(test)]
mod tests {
    use rustc_hash::FxHashMap;

    use super::{address, write_with};
    use crate::facts::Identity;
    use crate::report::RepoReport;

    #[test]
    fn names_lead_to_their_pages() {
        let [host, owner, name] = ["github.com", "acme", "shop"].map(str::to_owned);
        let commit = "0123456789012345678901234567890123456789";
        let shop = RepoReport {
            id: "acme/shop".to_owned(),
            identity: Some(Identity { host, owner, name }),
            commit: Some(commit.to_owned()),
            ..RepoReport::default()
        };
        let bare = RepoReport { id: "_/bare".to_owned(), ..RepoReport::default() };
        let repos: FxHashMap<&str, &RepoReport> = [&shop, &bare].map(|it| (it.id.as_str(), it)).into_iter().collect();
        let file = |path: &str| Some(format!("https://github.com/acme/shop/blob/{commit}/{path}"));
        for (name, expected) in [
            ("acme/shop", Some("https://github.com/acme/shop".to_owned())),
            ("acme/shop:", Some("https://github.com/acme/shop".to_owned())),
            ("acme/shop/infra/main.tf:6", file("infra/main.tf#L6")),
            ("acme/shop/infra/main.tf:6:", file("infra/main.tf#L6")),
            ("acme/shop/a%b.tf", file("a%25b.tf#L1")),
            ("acme/shop/modules/rds", None),
            ("acme/shopping", None),
            ("_/bare", None),
            ("_/bare/a.tf", None),
            ("", None),
        ] {
            assert_eq!(address(name, &repos), expected, "{name}");
        }

        let mut written = Vec::new();
        write_with("  \u{1b}[2macme/shop, other\u{1b}[0m\n", &repos, &mut written).unwrap();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "  \u{1b}[2m\u{1b}]8;;https://github.com/acme/shop\u{1b}\\acme/shop\u{1b}]8;;\u{1b}\\, other\u{1b}[0m\n"
        );
    }
}
