//! Patterns of paths in the table of files.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// A pattern of paths: a name, with one `*` in it where it may be anything; the parts of the folders before it, where
/// they matter; from the root where it begins with `/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    is_from_root: bool,
    /// The folders before the name, without slash at the end.
    folder: Box<str>,
    before: Box<str>,
    /// What stands after the `*`; none where there is none.
    after: Option<Box<str>>,
}

impl Pattern {
    /// Reads a pattern as it is written.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let path = text.strip_prefix('/').unwrap_or(text);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name.is_empty() || folder.contains('*') || folder.split('/').any(|it| it.is_empty() && !folder.is_empty()) {
            return Err(format!(
                "{text:?} is no pattern: write a name with at most one `*`, after folders without any"
            ));
        }
        let (before, after) = match name.split_once('*') {
            Some((_, after)) if after.contains('*') => {
                return Err(format!("{text:?} is no pattern: one `*` is the most that a name can have"));
            }
            Some((before, after)) => (before, Some(after.into())),
            None => (name, None),
        };
        Ok(Pattern { is_from_root: path.len() < text.len(), folder: folder.into(), before: before.into(), after })
    }

    /// The name that the pattern is, where it is one name.
    pub(super) fn name(&self) -> Option<&str> {
        self.after.is_none().then_some(&*self.before)
    }

    /// The last of the folders before the name, where the pattern has any.
    pub(super) fn folder(&self) -> Option<&str> {
        self.folder.rsplit('/').next().filter(|it| !it.is_empty())
    }

    /// What names end with that fit: from the last dot on, where that is not a part of what may be anything.
    pub(super) fn extension(&self) -> Option<&str> {
        let after = self.after.as_deref()?;
        after.rfind('.').map(|dot| &after[dot + 1..])
    }

    /// Whether it fits a path, of which `name` is the last part.
    pub fn fits(&self, path: &str, name: &str) -> bool {
        let fits_name = match &self.after {
            None => *name == *self.before,
            Some(after) => {
                // A first letter that differs saves the comparison of texts.
                name.len() >= self.before.len() + after.len()
                    && self.before.as_bytes().first().is_none_or(|it| name.as_bytes()[0] == *it)
                    && name.ends_with(&**after)
                    && name.starts_with(&*self.before)
            }
        };
        if !fits_name {
            return false;
        }
        let folder = path[..path.len() - name.len()].trim_end_matches('/');
        match folder.strip_suffix(&*self.folder) {
            Some(before) if self.is_from_root => before.is_empty(),
            Some(before) => self.folder.is_empty() || before.is_empty() || before.ends_with('/'),
            None => false,
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Pattern { is_from_root, folder, before, after } = self;
        let root = if *is_from_root { "/" } else { "" };
        let slash = if folder.is_empty() { "" } else { "/" };
        write!(f, "{root}{folder}{slash}{before}")?;
        after.iter().try_for_each(|it| write!(f, "*{it}"))
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Pattern::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns() {
        for (pattern, path, fits) in [
            ("mkdocs.yml", "mkdocs.yml", true),
            ("mkdocs.yml", "a/b/mkdocs.yml", true),
            ("mkdocs.yml", "amkdocs.yml", false),
            ("/mkdocs.yml", "mkdocs.yml", true),
            ("/mkdocs.yml", "a/mkdocs.yml", false),
            ("*.rego", "policy/a.rego", true),
            ("app-config.*.yaml", "app-config.production.yaml", true),
            ("app-config.*.yaml", "app-config.yaml", false),
            (".cortex/*.yaml", ".cortex/a.yaml", true),
            (".cortex/*.yaml", "x/.cortex/a.yaml", true),
            (".cortex/*.yaml", "x.cortex/a.yaml", false),
            (".cortex/*.yaml", ".cortex/b/a.yaml", false),
            ("/docs/adr/*.md", "docs/adr/0001-a.md", true),
            ("/docs/adr/*.md", "a/docs/adr/0001-a.md", false),
            ("a*a", "a", false),
        ] {
            let name = path.rsplit('/').next().unwrap();
            let parsed = Pattern::parse(pattern).unwrap();
            assert_eq!(parsed.fits(path, name), fits, "{pattern} {path}");
            assert_eq!(parsed.to_string(), pattern);
        }
        for pattern in ["", "/", "a/", "*/a", "a*b*c", "a//b"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
