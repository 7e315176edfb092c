//! The parts of an address: getter, package, folder and query, as go-getter divides them.

use super::resolve;
use crate::origin::WhyNot;
use crate::origin::git::percent_decoded;

/// Hosts of which repositories are named without a scheme, and which no registry may have; sorted.
pub(super) const FORGE_SHORTHANDS: &[&str] = &["bitbucket.org", "github.com"];

/// `git::https://host/name.git//folder?ref=v1`, taken apart.
pub(super) struct Package<'a> {
    /// What is forced to fetch it: `git`.
    pub(super) getter: Option<&'a str>,
    /// Without folder, query and fragment: `https://host/name.git`.
    pub(super) address: &'a str,
    pub(super) query: Query<'a>,
    pub(super) fragment: &'a str,
    /// The folder inside the package, cleaned; `""` for its root.
    pub(super) folder: String,
}

impl<'a> Package<'a> {
    /// Takes an address apart: the folder begins at the first `//` that is neither a scheme's nor in the query.
    pub(super) fn of(source: &'a str) -> Result<Self, WhyNot> {
        let (getter, rest) = forced_getter(source);
        let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
        let after_scheme = before.find("://").map_or(0, |at| at + 3);
        let (address, folder) = match before[after_scheme..].find("//").map(|at| after_scheme + at) {
            Some(slashes) => (&before[..slashes], &before[slashes + 2..]),
            None => (before, ""),
        };
        // A fragment takes all that follows it, the query too.
        let (address, query, fragment) = match address.split_once('#') {
            Some((address, fragment)) => (address, "", fragment),
            None => query.split_once('#').map_or((address, query, ""), |(query, fragment)| (address, query, fragment)),
        };
        Ok(Package { getter, address, query: Query(query), fragment, folder: folder_inside(folder)? })
    }
}

/// `git::…`: what should fetch the rest.
fn forced_getter(source: &str) -> (Option<&str>, &str) {
    match source.split_once("::") {
        Some((getter, rest))
            if !getter.is_empty() && getter.bytes().all(|b| b.is_ascii_alphanumeric()) && !rest.is_empty() =>
        {
            (Some(getter), rest)
        }
        _ => (None, source),
    }
}

/// A folder inside a package, cleaned; one that leaves the package is an error.
pub(super) fn folder_inside(path: &str) -> Result<String, WhyNot> {
    let path = resolve("", path);
    if path == ".." || path.starts_with("../") {
        Err("the folder after `//` leaves the package".into())
    } else {
        Ok(path)
    }
}

pub(super) fn is_forge_shorthand(address: &str) -> bool {
    FORGE_SHORTHANDS.iter().any(|host| address.strip_prefix(host).is_some_and(|rest| rest.starts_with('/')))
}

/// A path from the root of a file system, or from a drive.
pub(super) fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || is_drive(path)
}

/// `C:/…` or `C:\…`.
pub(super) fn is_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic())
}

/// The part of an address after `?`.
#[derive(Clone, Copy)]
pub(super) struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// The first value of this name, decoded; none where it is empty.
    pub(super) fn get(self, name: &str) -> Option<String> {
        let (_, value) = self.pairs().find(|(it, _)| *it == name)?;
        Some(percent_decoded(value).into_owned()).filter(|it| !it.is_empty())
    }

    /// The names with their values, as written.
    pub(super) fn pairs(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let pairs = self.0.split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    }
}

#[cfg(test)]
mod tests {
    use super::FORGE_SHORTHANDS;

    #[test]
    fn the_table_is_sorted() {
        assert!(FORGE_SHORTHANDS.is_sorted());
    }
}
