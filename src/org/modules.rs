//! What the Terraform modules of one repository are made of: the modules of their own repository that they call, and
//! the types of resources that come with them.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Artifact, Context, Facts};
use crate::paths::folder_of;

/// The modules of one repository, by their folders.
pub struct Modules<'a> {
    /// The folders in the same repository that each folder calls.
    calls: FxHashMap<&'a str, BTreeSet<&'a str>>,
}

/// The types of resources that each folder of a repository declares.
pub struct Types<'a>(FxHashMap<&'a str, FxHashSet<&'a str>>);

impl<'a> Types<'a> {
    /// Looks at the resources of a repository.
    pub fn of(facts: &'a Facts) -> Self {
        let mut types: FxHashMap<&str, FxHashSet<&str>> = FxHashMap::default();
        for of_file in facts.resources.chunk_by(|a, b| a.at.path == b.at.path) {
            let Some(first) = of_file.first() else { continue };
            types.entry(folder_of(&first.at.path)).or_default().extend(of_file.iter().map(|it| it.r#type.as_str()));
        }
        Types(types)
    }
}

impl<'a> Modules<'a> {
    /// Looks at the calls of a repository.
    pub fn of(facts: &'a Facts) -> Self {
        let mut modules = Modules { calls: FxHashMap::default() };
        let calls = facts.uses.iter().filter(|it| it.artifact == Artifact::TerraformModule);
        // A test beside a module calls what it tests, not what the module is made of.
        for usage in calls.filter(|it| it.context != Context::Test) {
            if let Some(path) = facts.local_path(usage) {
                modules.calls.entry(folder_of(&usage.at.path)).or_default().insert(path);
            }
        }
        modules
    }

    /// The types of resources that a module in this folder brings, through the modules that it calls too.
    pub fn wraps(&self, folder: &str, types: &Types<'_>) -> BTreeSet<String> {
        let folders = self.reached([folder]);
        let types = folders.into_iter().filter_map(|it| types.0.get(it)).flatten();
        types.map(|it| (*it).to_owned()).collect()
    }

    /// The folders that the modules in these folders are made of: those that they call, directly or not.
    pub fn parts<'f>(&self, folders: impl IntoIterator<Item = &'f str>) -> BTreeSet<String> {
        let folders: BTreeSet<&str> = folders.into_iter().collect();
        let called = folders.iter().filter_map(|it| self.calls.get(it)).flatten().copied();
        self.reached(called).into_iter().map(str::to_owned).collect()
    }

    /// These folders, and all that they call, directly or not.
    fn reached<'f>(&self, from: impl IntoIterator<Item = &'f str>) -> BTreeSet<&'f str>
    where
        'a: 'f,
    {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = from.into_iter().collect();
        while let Some(folder) = open.pop() {
            if reached.insert(folder) {
                open.extend(self.calls.get(folder).into_iter().flatten());
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::{Modules, Types};

    #[test]
    fn what_modules_are_made_of() {
        let modules = Modules {
            calls: [
                ("", vec!["modules/db", "modules/dns"]),
                ("modules/db", vec!["modules/kms"]),
                ("modules/kms", vec!["modules/db"]),
            ]
            .map(|(folder, calls)| (folder, calls.into_iter().collect()))
            .into_iter()
            .collect(),
        };
        let types = [("", "aws_s3_bucket"), ("modules/db", "aws_db_instance"), ("modules/kms", "aws_kms_key")];
        let types =
            Types(types.map(|(folder, of_type)| (folder, [of_type].into_iter().collect())).into_iter().collect());
        for (folder, expected) in [
            ("", vec!["aws_db_instance", "aws_kms_key", "aws_s3_bucket"]),
            ("modules/db", vec!["aws_db_instance", "aws_kms_key"]),
            ("modules/dns", vec![]),
        ] {
            assert_eq!(modules.wraps(folder, &types).into_iter().collect::<Vec<_>>(), expected, "{folder}");
        }
        let told = |folder| modules.parts([folder]).into_iter().collect::<Vec<_>>();
        assert_eq!(told(""), ["modules/db", "modules/dns", "modules/kms"]);
        // A circle is part of itself.
        assert_eq!(told("modules/db"), ["modules/db", "modules/kms"]);
        assert!(told("modules/dns").is_empty());
    }
}
