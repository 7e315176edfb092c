//! `include: local` with a pattern: which files of the repository it fits.

use std::collections::BTreeMap;

use crate::pipeline::link::INCLUDE;
use crate::pipeline::{Job, Pipeline};
use crate::resolve::Files;

/// How many files one pattern brings; GitLab allows 150 for a pipeline.
const MAX_FILES: usize = 500;
/// How long a pattern is.
const MAX_LENGTH: usize = 200;

/// The YAML files that a pattern fits, sorted.
pub(in crate::extract) fn fitting(pattern: &str, files: &Files<'_>) -> Vec<String> {
    let is_yaml = |path: &str| path.ends_with(".yml") || path.ends_with(".yaml");
    if pattern.len() > MAX_LENGTH {
        return Vec::new();
    }
    let start = &pattern[..pattern.find('*').unwrap_or(pattern.len())];
    let known = files.known().map(|it| it.path).filter(|it| it.starts_with(start) && is_yaml(it) && fits(pattern, it));
    known.take(MAX_FILES).map(str::to_owned).collect()
}

/// Puts the files that patterns fit in place of the jobs that include a pattern.
pub(in crate::extract) fn put_in(pipeline: &mut Pipeline, globs: &BTreeMap<String, Vec<String>>) {
    let files = |job: &Job| {
        let pattern = job.call.as_deref().filter(|_| job.id == INCLUDE)?.strip_prefix("./")?;
        globs.get(pattern).filter(|files| !files.is_empty())
    };
    if !pipeline.jobs.iter().any(|job| files(job).is_some()) {
        return;
    }
    let mut jobs = Vec::with_capacity(pipeline.jobs.len());
    for job in std::mem::take(&mut pipeline.jobs) {
        match files(&job) {
            Some(files) => {
                jobs.extend(files.iter().map(|file| Job { call: Some(format!("./{file}")), ..job.clone() }));
            }
            None => jobs.push(job),
        }
    }
    pipeline.jobs = jobs;
}

/// Whether a path is one that a pattern means: `*` is anything but a slash, `**` anything at all.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    // Whether the pattern up to here fits the path up to each place.
    let mut fits = vec![false; path.len() + 1];
    fits[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        if pattern[at] == b'*' {
            let is_deep = pattern.get(at + 1) == Some(&b'*');
            for end in 1..=path.len() {
                fits[end] |= fits[end - 1] && (is_deep || path[end - 1] != b'/');
            }
            at += if is_deep { 2 } else { 1 };
        } else {
            for end in (1..=path.len()).rev() {
                fits[end] = fits[end - 1] && path[end - 1] == pattern[at];
            }
            fits[0] = false;
            at += 1;
        }
    }
    fits[path.len()]
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        for (pattern, path, expected) in [
            ("ci/*.yml", "ci/a.yml", true),
            ("ci/*.yml", "ci/.yml", true),
            ("ci/*.yml", "ci/x/a.yml", false),
            ("ci/**.yml", "ci/a.yml", true),
            ("ci/**.yml", "ci/x/y/a.yml", true),
            // Two slashes are asked for.
            ("ci/**/*.yml", "ci/a.yml", false),
            ("ci/**/*.yml", "ci/x/a.yml", true),
            ("ci/**/*.yml", "ci/x/y/a.yml", true),
            ("*.yml", ".gitlab-ci.yml", true),
            ("*/a.yml", "x/a.yml", true),
            ("ci/a?.yml", "ci/ab.yml", false),
            ("a*b*c", "axbxbxc", true),
            ("a*b*c", "axbxbx", false),
            ("", "", true),
        ] {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        }
    }
}
