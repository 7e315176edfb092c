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

/// The tables that come with the program, by name, and their texts.
const BUILT_IN: [(&str, &str); 7] = [
    ("actions", include_str!("../../rules/tables/actions.yaml")),
    ("classes", include_str!("../../rules/tables/classes.yaml")),
    ("commands", include_str!("../../rules/tables/commands.yaml")),
    ("files", include_str!("../../rules/tables/files.yaml")),
    ("imperative", include_str!("../../rules/tables/imperative.yaml")),
    ("objects", include_str!("../../rules/tables/objects.yaml")),
    ("resources", include_str!("../../rules/tables/resources.yaml")),
];

/// The names of the tables, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// What comes with the program. A table that can't be read would be known to nobody, so a test reads all of them.
pub fn built_in() -> &'static Knowledge {
    static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| read_built_in().unwrap_or_default());
    &KNOWLEDGE
}

fn read_built_in() -> Result<Knowledge> {
    let mut knowledge = Knowledge::default();
    for (name, text) in BUILT_IN {
        knowledge.add(name, &format!("tables/{name}.yaml"), text)?;
    }
    Ok(knowledge)
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, read_built_in};

    #[test]
    fn the_tables_are_read_and_sorted() {
        assert!(BUILT_IN.is_sorted());
        let knowledge = read_built_in().unwrap();
        assert_eq!(knowledge.unsorted(), Vec::<String>::new());
    }
}
