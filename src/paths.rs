//! Repository-relative paths, `/`-separated: the folder and the name in it. Every fact has one, and is asked for both many
//! times.

/// The folder that a path lies in; empty for the root.
pub(crate) fn folder_of(path: &str) -> &str {
    folder_and_name(path).0
}

/// The last part of a path.
pub(crate) fn name_of(path: &str) -> &str {
    folder_and_name(path).1
}

/// The folder of a path, empty for the root, and the name in it.
pub(crate) fn folder_and_name(path: &str) -> (&str, &str) {
    match memchr::memrchr(b'/', path.as_bytes()) {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => ("", path),
    }
}

#[cfg(test)]
mod tests {
    use super::{folder_and_name, folder_of, name_of};

    #[test]
    fn folders_and_names() {
        for (path, folder, name) in [
            ("a/b/main.tf", "a/b", "main.tf"),
            ("main.tf", "", "main.tf"),
            ("a/b/", "a/b", ""),
            ("/main.tf", "", "main.tf"),
            ("é/ü", "é", "ü"),
            ("", "", ""),
        ] {
            assert_eq!((folder_of(path), name_of(path)), (folder, name), "{path}");
            assert_eq!(folder_and_name(path), (folder, name), "{path}");
        }
    }
}
