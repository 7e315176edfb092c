//! Which options of the programs that fetch take a value.

/// Options of `git clone` that take a value; sorted.
pub(super) const CLONE: &[&str] = &[
    "--branch",
    "--bundle-uri",
    "--config",
    "--depth",
    "--filter",
    "--jobs",
    "--origin",
    "--ref-format",
    "--reference",
    "--reference-if-able",
    "--revision",
    "--separate-git-dir",
    "--server-option",
    "--shallow-exclude",
    "--shallow-since",
    "--template",
    "--upload-pack",
    "-b",
    "-c",
    "-j",
    "-o",
    "-u",
];

/// Options of `curl` that take a value; sorted.
pub(super) const CURL: &[&str] = &[
    "--cacert",
    "--cert",
    "--config",
    "--connect-timeout",
    "--cookie",
    "--data",
    "--header",
    "--key",
    "--max-time",
    "--oauth2-bearer",
    "--output",
    "--output-dir",
    "--proxy",
    "--referer",
    "--request",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--url",
    "--user",
    "--user-agent",
    "--write-out",
    "-A",
    "-E",
    "-H",
    "-K",
    "-X",
    "-b",
    "-d",
    "-e",
    "-m",
    "-o",
    "-u",
    "-w",
    "-x",
];

/// Options of `wget` that take a value; sorted.
pub(super) const WGET: &[&str] = &[
    "--directory-prefix",
    "--header",
    "--output-document",
    "--output-file",
    "--password",
    "--timeout",
    "--tries",
    "--user",
    "--user-agent",
    "-O",
    "-P",
    "-T",
    "-U",
    "-o",
    "-t",
];

/// Options of `tar` that take a value; sorted.
pub(super) const TAR: &[&str] =
    &["--directory", "--exclude", "--file", "--strip", "--strip-components", "--transform", "-C", "-T", "-X", "-f"];

#[cfg(test)]
mod tests {
    use super::{CLONE, CURL, TAR, WGET};

    #[test]
    fn tables_are_sorted() {
        for table in [CLONE, CURL, TAR, WGET] {
            assert!(table.is_sorted());
        }
    }
}
