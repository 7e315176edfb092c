//! The written forms of rules and tables: the YAML that people write, and the JSON that the build makes of ours
//! (`build.rs`), which is read in a tenth of the time.

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;

/// Our rules and tables, by their paths below `rules/`, in the order of the paths.
static OURS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// A file of rules or of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'t> {
    /// What errors call the file.
    pub(crate) path: &'t str,
    /// What stands in it.
    pub(crate) text: &'t str,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Json,
    Yaml,
}

impl<'t> Written<'t> {
    /// A file that somebody wrote.
    pub(crate) fn yaml(path: &'t str, text: &'t str) -> Self {
        Written { path, text, form: Form::Yaml }
    }

    /// All files of ours.
    pub(crate) fn ours() -> impl Iterator<Item = Written<'t>> {
        OURS.iter().map(|(path, text)| Written { path, text, form: Form::Json })
    }

    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with the text; where, with the line, in what somebody wrote.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T> {
        match self.form {
            Form::Json => serde_json::from_str(self.text).with_context(|| self.path.to_owned()),
            Form::Yaml => super::parse(self.path, self.text),
        }
    }

    /// Whether nothing stands in the file, or only comments.
    pub(crate) fn is_empty(self) -> bool {
        match self.form {
            Form::Json => self.text == "null",
            Form::Yaml => self.text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')),
        }
    }
}
