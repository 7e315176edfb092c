//! Paths that references write, as paths from the root of the repository.

/// The path of a file or folder that is named relative to a folder; one that begins with `/` is named from the root. One
/// that leaves the repository keeps its leading `../`.
pub(crate) fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = if path.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| !matches!(*it, "" | "..")) => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paths() {
        for (folder, path, expected) in [
            ("", "a.yml", "a.yml"),
            (".semaphore", "deploy.yml", ".semaphore/deploy.yml"),
            (".semaphore", "../ci/a.yml", "ci/a.yml"),
            ("a/b", "/c.yml", "c.yml"),
            ("a", "../../c.yml", "../c.yml"),
            ("", "./a//b", "a/b"),
            ("a/b", ".", "a/b"),
        ] {
            assert_eq!(joined(folder, path), expected, "{folder} {path}");
        }
    }
}
