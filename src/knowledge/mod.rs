//! What is known of other people's tools: which objects, files, commands, actions and resources are evidence, and of
//! what. Sorted tables in `rules/tables/`, which users extend; nothing here is a judgement.
//!
//! A row says what it is about, which marker that is, and, where the thing itself says more, at which paths: see
//! [`Reading`].

pub mod classes;
mod files;
mod imperative;
mod programs;
mod reading;
mod tables;

use std::sync::LazyLock;

use anyhow::Result;

pub use self::files::Pattern;
pub use self::imperative::{Except, ImperativeRow};
pub use self::reading::{Found, Path, Reading, Tree, shown};
pub use self::tables::{ActionRow, CommandRow, FileRow, Knowledge, ObjectRow, Only, ResourceRow};
use crate::rules::Written;

/// The tables that come with the program, sorted.
const NAMES: [&str; 7] = ["actions", "classes", "commands", "files", "imperative", "objects", "resources"];

/// The names of the tables, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter()
}

/// What comes with the program. A table that can't be read would be known to nobody, so a test reads all of them.
pub fn built_in() -> &'static Knowledge {
    static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| read_built_in().unwrap_or_default());
    &KNOWLEDGE
}

fn read_built_in() -> Result<Knowledge> {
    let mut knowledge = Knowledge::default();
    for file in Written::ours() {
        let name = file.path.strip_prefix("tables/").and_then(|it| it.strip_suffix(".yaml")).unwrap_or("");
        if NAMES.contains(&name) {
            knowledge.add_written(name, file)?;
        }
    }
    Ok(knowledge)
}

#[cfg(test)]
mod tests {
    use super::{Knowledge, NAMES, read_built_in};

    #[test]
    fn the_tables_are_read_and_sorted() {
        assert!(NAMES.is_sorted());
        let knowledge = read_built_in().unwrap();
        assert_eq!(knowledge.unsorted(), Vec::<String>::new());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the tables are read as they are written")]
    fn the_build_reads_tables_as_they_are_written() {
        let mut written = Knowledge::default();
        for name in NAMES {
            let path = format!("{}/rules/tables/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
            written.add(name, &path, &std::fs::read_to_string(&path).unwrap()).unwrap();
        }
        assert_eq!(format!("{:?}", read_built_in().unwrap()), format!("{written:?}"));
    }
}
