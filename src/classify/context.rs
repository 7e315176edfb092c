//! What a file is evidence of, from the folders it lies in: production, example, test, somebody else's code.

use std::cell::RefCell;
use std::collections::HashSet;

use super::{folder_and_name, in_lower_case, is_dockerfile};
use crate::facts::Context;
use crate::words::{Shapes, Words, shapes_of_keys};

/// Files that Terragrunt writes when it makes units of a stack; sorted.
const GENERATED: &[&str] = &["terragrunt.autoinclude.hcl", "terragrunt.autoinclude.stack.hcl"];

/// Folder names, in lower case, that say what lies below them is not what the repository is for; sorted.
const FOLDERS: &[(&str, Context)] = &[
    (".terragrunt-stack", Context::Generated),
    ("3rd-party", Context::Vendored),
    ("3rdparty", Context::Vendored),
    ("__fixtures__", Context::Test),
    ("__tests__", Context::Test),
    ("bower_components", Context::Vendored),
    ("cookiecutter", Context::Template),
    ("cypress", Context::Test),
    ("e2e", Context::Test),
    ("e2e-tests", Context::Test),
    ("e2e_tests", Context::Test),
    ("example", Context::Example),
    ("examples", Context::Example),
    ("exercises", Context::Example),
    ("external", Context::Vendored),
    ("fixture", Context::Test),
    ("fixtures", Context::Test),
    ("godeps", Context::Vendored),
    ("integration-tests", Context::Test),
    ("integration_tests", Context::Test),
    ("integrationtest", Context::Test),
    ("localstack", Context::Test),
    ("mock", Context::Test),
    ("mocks", Context::Test),
    ("node_modules", Context::Vendored),
    ("pact", Context::Test),
    ("pact-stub", Context::Test),
    ("pacts", Context::Test),
    ("playwright", Context::Test),
    ("playwright-e2e", Context::Test),
    ("playwright-tests", Context::Test),
    ("playwright_tests", Context::Test),
    ("sample", Context::Example),
    ("samples", Context::Example),
    ("scaffold", Context::Template),
    ("scaffolding", Context::Template),
    ("skeleton", Context::Template),
    ("stub", Context::Test),
    ("stubs", Context::Test),
    ("terratest", Context::Test),
    ("test", Context::Test),
    ("test-data", Context::Test),
    ("test-fixtures", Context::Test),
    ("test-image", Context::Test),
    ("test-images", Context::Test),
    ("test-runner", Context::Test),
    ("test_data", Context::Test),
    ("test_fixtures", Context::Test),
    ("testdata", Context::Test),
    ("testing", Context::Test),
    ("testresources", Context::Test),
    ("tests", Context::Test),
    ("third-party", Context::Vendored),
    ("third_party", Context::Vendored),
    ("thirdparty", Context::Vendored),
    ("tutorial", Context::Example),
    ("tutorials", Context::Example),
    ("vendor", Context::Vendored),
    ("vendored", Context::Vendored),
    ("vendors", Context::Vendored),
    ("wiremock", Context::Test),
    ("workflow-templates", Context::Template),
];

/// Those of [`FOLDERS`] that say tests lie there, not what tests are made with; sorted.
const OF_TESTS: &[&str] = &[
    "__tests__",
    "e2e",
    "e2e-tests",
    "e2e_tests",
    "integration-tests",
    "integration_tests",
    "integrationtest",
    "test",
    "testing",
    "tests",
];

/// Whether a path lies below folders of tests and in no other that says it is not what the repository is for.
pub fn is_among_tests(path: &str) -> bool {
    let (folder, _) = folder_and_name(path);
    let says_so = |part: &&str| FOLDERS.binary_search_by_key(part, |(name, _)| name).is_ok();
    let lower = folder.to_ascii_lowercase();
    let mut telling = lower.split('/').filter(says_so).peekable();
    telling.peek().is_some() && telling.all(|it| OF_TESTS.binary_search(&it).is_ok())
}

/// What the names in [`FOLDERS`] look like.
static SHAPES_OF_FOLDERS: Shapes = shapes_of_keys!(FOLDERS);

/// Folder names of environments: a `test` beside one of these is an environment, not a test.
static ENVIRONMENTS: Words = Words::of(&[
    "dev",
    "development",
    "live",
    "nonprod",
    "perftest",
    "preprod",
    "preproduction",
    "prod",
    "production",
    "sandbox",
    "stage",
    "staging",
    "uat",
]);

/// Folder names under which environments lie.
static ENVIRONMENT_PARENTS: Words =
    Words::of(&["accounts", "clusters", "env", "environments", "envs", "overlays", "stages"]);

/// What the files of one repository are evidence of, by their paths.
///
/// It knows all paths, because `test` is a test in one repository and an environment in the next: it is one where
/// its siblings are (`dev`, `prod`) or where it lies in a folder of environments.
#[derive(Debug, Default)]
pub struct Contexts {
    /// Parents of environment folders.
    environment_parents: HashSet<String>,
    /// The folder that was asked for last: files come folder by folder.
    last: RefCell<Option<(String, Context)>>,
}

impl Contexts {
    /// Looks at all paths of a repository.
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut environment_parents = HashSet::new();
        let mut last = "";
        for path in paths {
            let (folder, _) = folder_and_name(path);
            if folder == last {
                continue;
            }
            // What it has in common with the one before was looked at.
            let mut start = common(last, folder);
            last = folder;
            for part in folder[start..].split('/') {
                if ENVIRONMENTS.has(part) && !environment_parents.contains(&folder[..start]) {
                    environment_parents.insert(folder[..start].to_owned());
                }
                start += part.len() + 1;
                start = start.min(folder.len());
            }
        }
        Contexts { environment_parents, last: RefCell::default() }
    }

    /// What the file at this path is evidence of.
    pub fn context(&self, path: &str) -> Context {
        let (folder, name) = folder_and_name(path);
        if is_dockerfile(name)
            && name.to_ascii_lowercase().split(['.', '-', '_']).any(|part| matches!(part, "test" | "tests"))
        {
            return Context::Test;
        }
        // `<machine>.yml` is to be copied under another name.
        if memchr::memchr(b'<', name.as_bytes()).is_some_and(|at| name[at..].contains('>')) {
            return Context::Template;
        }
        if GENERATED.binary_search(&name).is_ok() {
            return Context::Generated;
        }
        let mut last = self.last.borrow_mut();
        match &*last {
            Some((known, context)) if known == folder => *context,
            _ => last.insert((folder.to_owned(), self.of_folder(folder))).1,
        }
    }

    fn of_folder(&self, folder: &str) -> Context {
        // A placeholder in a folder's name: `{{cookiecutter.name}}`, `${{ values.name }}`.
        if memchr::memchr(b'{', folder.as_bytes()).is_some() && folder.contains("{{") {
            return Context::Template;
        }
        let mut start = 0;
        for part in folder.split('/') {
            let lower = in_lower_case(part);
            if SHAPES_OF_FOLDERS.may_have(&lower)
                && let Ok(row) = FOLDERS.binary_search_by_key(&&*lower, |(name, _)| name)
            {
                let is_environment = match &*lower {
                    "test" | "testing" | "sample" | "external" => self.is_environment(&folder[..start]),
                    "example" => is_environment_parent(&folder[..start]),
                    _ => false,
                };
                if !is_environment {
                    return FOLDERS[row].1;
                }
            }
            start = (start + part.len() + 1).min(folder.len());
        }
        Context::Production
    }

    /// `parent` as a prefix of a path: with its trailing slash, or empty for the root.
    fn is_environment(&self, parent: &str) -> bool {
        is_environment_parent(parent) || self.environment_parents.contains(parent)
    }
}

/// How many bytes two folders have in common at their start, as whole names with their slashes.
fn common(one: &str, other: &str) -> usize {
    let length = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    memchr::memrchr(b'/', &other.as_bytes()[..length]).map_or(0, |slash| slash + 1)
}

fn is_environment_parent(parent: &str) -> bool {
    let name = parent.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    ENVIRONMENT_PARENTS.has(name)
}

#[cfg(test)]
mod tests {
    use super::{Contexts, ENVIRONMENT_PARENTS, ENVIRONMENTS, FOLDERS, GENERATED, OF_TESTS, is_among_tests};
    use crate::facts::Context;

    #[test]
    fn tables_are_sorted() {
        assert!(FOLDERS.is_sorted_by_key(|(name, _)| name));
        assert!(ENVIRONMENTS.is_sorted());
        assert!(ENVIRONMENT_PARENTS.is_sorted());
        assert!(GENERATED.is_sorted());
        assert!(OF_TESTS.is_sorted());
    }

    #[test]
    fn among_tests() {
        for (path, expected) in [
            ("tests/load/shop.k6.js", true),
            ("a/Test/shop.k6.js", true),
            ("tests/fixtures/shop.k6.js", false),
            ("examples/tests/shop.k6.js", false),
            ("load/shop.k6.js", false),
            ("tests.k6.js", false),
        ] {
            assert_eq!(is_among_tests(path), expected, "{path}");
        }
    }

    #[test]
    fn contexts() {
        let contexts = Contexts::of(["infra/dev/main.tf", "infra/test/main.tf", "test/main.tf"]);
        for (path, expected) in [
            ("main.tf", Context::Production),
            ("examples/basic/main.tf", Context::Example),
            ("exercises/Dockerfile", Context::Example),
            ("e2e/scripts/secrets.sh", Context::Test),
            ("ci/jobs/<machine>.yml", Context::Template),
            ("docs/tutorials/one/main.tf", Context::Example),
            ("test/main.tf", Context::Test),
            ("infra/test/main.tf", Context::Production),
            ("infra/test/fixtures/main.tf", Context::Test),
            ("terraform/environments/test/main.tf", Context::Production),
            ("modules/x/tests/main.tf", Context::Test),
            ("terraform/environments/example/main.tf", Context::Production),
            ("Examples/basic/main.tf", Context::Example),
            ("test-image/Dockerfile", Context::Test),
            ("docker/Dockerfile_test", Context::Test),
            ("docker/pact-stub/Dockerfile", Context::Test),
            ("docker/wiremock/Dockerfile", Context::Test),
            ("docker/impact/Dockerfile", Context::Production),
            ("docker/Dockerfile.latest", Context::Production),
            ("namespaces/my-test/main.tf", Context::Production),
            ("vendor/x/Dockerfile", Context::Vendored),
            ("live/.terragrunt-stack/vpc/terragrunt.hcl", Context::Generated),
            ("live/vpc/terragrunt.autoinclude.hcl", Context::Generated),
            ("{{cookiecutter.name}}/Dockerfile", Context::Template),
            ("templates/${{ values.name }}/Chart.yaml", Context::Template),
        ] {
            assert_eq!(contexts.context(path), expected, "{path}");
        }
    }
}
