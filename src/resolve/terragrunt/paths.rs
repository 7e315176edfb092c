//! Paths as Terragrunt's functions give and take them. Where the repository is checked out isn't known and doesn't
//! matter: absolute paths begin with [`REPOSITORY_ROOT`].

use crate::extract::terragrunt::source::REPOSITORY_ROOT;
use crate::origin::terraform::resolve;
use crate::paths::folder_of;

/// The folder of a file; `""` is the root.
pub(super) fn folder(path: &str) -> &str {
    folder_of(path)
}

/// The folders above a folder, the nearest first, the repository's root last.
pub(super) fn above(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = (!folder.is_empty()).then_some(folder);
    std::iter::from_fn(move || {
        let parent = next?.rsplit_once('/').map_or("", |(parent, _)| parent);
        next = (!parent.is_empty()).then_some(parent);
        Some(parent)
    })
}

/// A path of the repository as an absolute one.
pub(super) fn absolute(path: &str) -> String {
    if path.is_empty() { REPOSITORY_ROOT.to_owned() } else { format!("{REPOSITORY_ROOT}/{path}") }
}

/// The path in the repository that a text names, seen from a folder.
///
/// # Errors
/// Why it names none.
pub(super) fn in_repository(from_folder: &str, text: &str) -> Result<String, String> {
    let path = match text.strip_prefix(REPOSITORY_ROOT) {
        Some(rest) => resolve("", rest),
        None if text.starts_with('/') || text.contains(REPOSITORY_ROOT) => {
            return Err(format!("`{text}` is a path of the machine it runs on"));
        }
        None => resolve(from_folder, text),
    };
    if path == ".." || path.starts_with("../") {
        return Err(format!("`{text}` leads out of the repository"));
    }
    Ok(path)
}

/// The way from one folder of the repository to another.
pub(super) fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').filter(|it| !it.is_empty()).collect();
    let to: Vec<&str> = to.split('/').filter(|it| !it.is_empty()).collect();
    let n_same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let way: Vec<&str> = from[n_same..].iter().map(|_| "..").chain(to[n_same..].iter().copied()).collect();
    if way.is_empty() { ".".to_owned() } else { way.join("/") }
}

/// `dirname` of a path as text.
pub(super) fn dirname(path: &str) -> String {
    if let Some(rest) = path.strip_prefix(REPOSITORY_ROOT) {
        return absolute(&resolve("", &format!("{rest}/..")));
    }
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
        None => ".".to_owned(),
    }
}

/// `basename` of a path as text.
///
/// # Errors
/// Why it isn't known.
pub(super) fn basename(path: &str) -> Result<String, String> {
    let resolved = path.strip_prefix(REPOSITORY_ROOT).map(|rest| resolve("", rest));
    let name = resolved.as_deref().unwrap_or(path).trim_end_matches('/').rsplit('/').next().unwrap_or("");
    match name {
        "" | ".." if resolved.is_some() => {
            Err("what the repository's folder is called is decided elsewhere".to_owned())
        }
        "" => Ok(".".to_owned()),
        name => Ok(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_above() {
        let told = |folder: &str| above(folder).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(told("a/b/c"), ["a/b", "a", ""]);
        assert_eq!(told("a"), [""]);
        assert!(told("").is_empty());
    }

    #[test]
    fn paths_of_the_repository() {
        for (from, text, expected) in [
            ("live/app", "../root.hcl", Ok("live/root.hcl")),
            ("live/app", "${get_repo_root()}/root.hcl", Ok("root.hcl")),
            ("live/app", "${get_repo_root()}/live/app/../../x.hcl", Ok("x.hcl")),
            ("live/app", "${get_repo_root()}", Ok("")),
            ("live/app", "../../..", Err("`../../..` leads out of the repository")),
            ("", "..", Err("`..` leads out of the repository")),
            ("", "${get_repo_root()}/../x", Err("`${get_repo_root()}/../x` leads out of the repository")),
            ("live", "/etc/x.hcl", Err("`/etc/x.hcl` is a path of the machine it runs on")),
        ] {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(in_repository(from, text), expected, "{from} {text}");
        }
    }

    #[test]
    fn ways_from_folder_to_folder() {
        for (from, to, expected) in [
            ("a/b", "a", ".."),
            ("a", "a/b", "b"),
            ("a/b", "a/c/d", "../c/d"),
            ("a", "", ".."),
            ("", "", "."),
            ("", "a", "a"),
        ] {
            assert_eq!(relative(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn parts_of_paths() {
        for (path, folder, name) in [
            ("${get_repo_root()}/live/root.hcl", "${get_repo_root()}/live", "root.hcl"),
            ("${get_repo_root()}/root.hcl", "${get_repo_root()}", "root.hcl"),
            ("${get_repo_root()}/live/app/..", "${get_repo_root()}", "live"),
            ("a/b", "a", "b"),
            ("a/b/", "a", "b"),
            ("a", ".", "a"),
            ("/a", "/", "a"),
        ] {
            assert_eq!((dirname(path).as_str(), basename(path).as_deref()), (folder, Ok(name)), "{path}");
        }
        assert!(basename("${get_repo_root()}").is_err());
    }
}
