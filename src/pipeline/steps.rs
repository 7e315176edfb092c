//! What steps and pipelines are for: the categories of the skeleton, and the purpose of a pipeline.

use std::borrow::Cow;
use std::cell::LazyCell;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pipeline::{Command, Pipeline, Step};
use crate::rules::tables::{PurposeWords, StepTable};

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Fetches the code.
    Checkout,
    /// Prepares tools, credentials, caches; keeps or shows the files that a run has made.
    Setup,
    /// Compiles or bundles.
    Build,
    /// Tests, or shows what would change.
    Test,
    /// Looks for holes and forbidden things without running the program: scanners, policies.
    Scan,
    /// Looks whether what is written is in order: linters, formatters, validators of a format.
    Lint,
    /// Makes an artifact: an image, an archive.
    Package,
    /// Puts an artifact where others get it.
    Publish,
    /// Brings a version to an environment.
    Deploy,
    /// Changes infrastructure.
    Provision,
    /// Tells people.
    Notify,
    /// Looks after the repository itself: labels, stale issues, updates.
    Housekeeping,
    /// Calls a template.
    Call,
    /// None of these that we know.
    Other,
}

impl Category {
    /// The id, as outputs and canonical forms write it.
    pub fn id(self) -> &'static str {
        match self {
            Category::Checkout => "checkout",
            Category::Setup => "setup",
            Category::Build => "build",
            Category::Test => "test",
            Category::Scan => "scan",
            Category::Lint => "lint",
            Category::Package => "package",
            Category::Publish => "publish",
            Category::Deploy => "deploy",
            Category::Provision => "provision",
            Category::Notify => "notify",
            Category::Housekeeping => "housekeeping",
            Category::Call => "call",
            Category::Other => "other",
        }
    }

    /// The stage that it is of. To lint and to scan is one: both look at what is there and make nothing, and which of the
    /// two a pipeline does first, or whether it does both, is no difference of its structure.
    pub fn stage(self) -> Category {
        if self == Category::Lint { Category::Scan } else { self }
    }
}

/// Categories, each once.
#[derive(Clone, Copy, Default)]
struct Categories(u16);

impl Categories {
    /// All of them, in their order.
    const ALL: [Category; 14] = [
        Category::Checkout,
        Category::Setup,
        Category::Build,
        Category::Test,
        Category::Scan,
        Category::Lint,
        Category::Package,
        Category::Publish,
        Category::Deploy,
        Category::Provision,
        Category::Notify,
        Category::Housekeeping,
        Category::Call,
        Category::Other,
    ];

    fn has(self, category: Category) -> bool {
        self.0 & 1 << category as u16 > 0
    }

    /// The first in their order.
    fn first(self) -> Option<Category> {
        Self::ALL.into_iter().find(|it| self.has(*it))
    }
}

impl Extend<Category> for Categories {
    fn extend<T: IntoIterator<Item = Category>>(&mut self, more: T) {
        more.into_iter().for_each(|it| self.0 |= 1 << it as u16);
    }
}

impl FromIterator<Category> for Categories {
    fn from_iter<T: IntoIterator<Item = Category>>(all: T) -> Self {
        let mut found = Categories::default();
        found.extend(all);
        found
    }
}

/// What a pipeline is for. Headline figures are over pipelines that deliver; everything is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Builds or tests.
    BuildTest,
    /// Publishes an artifact or a release.
    Release,
    /// Brings a version to an environment.
    Deploy,
    /// Changes infrastructure.
    Provision,
    /// Looks for faults only.
    Scan,
    /// Looks after the repository itself.
    Housekeeping,
}

impl Purpose {
    /// Whether the pipeline takes part in bringing changes to users.
    pub fn delivers(self) -> bool {
        match self {
            Purpose::BuildTest | Purpose::Release | Purpose::Deploy | Purpose::Provision => true,
            Purpose::Scan | Purpose::Housekeeping => false,
        }
    }
}

/// The category of a call: what many know it to do, or that it calls. What only one of an orb's jobs does has a row of its
/// own, before that of the orb. A command that an orb takes from another one (`part:snyk/scan`) is judged by its name, as
/// those who read it do: which orb that is stands in a file that isn't known here.
pub fn of_call(identity: &str, table: &StepTable) -> Category {
    let identity = in_lower_case(identity);
    let row = |of: &str| table.actions.get(of).copied();
    let orb = || identity.strip_prefix("orb:").and_then(|_| row(identity.rsplit_once('/')?.0));
    let of_orb = || {
        let is_of_orb = |it: &&str| it.contains('/') && !it.starts_with('.') && !it.contains('$');
        identity.strip_prefix("part:").filter(is_of_orb).map(|it| of_action(it, table))
    };
    row(&identity).or_else(orb).or_else(of_orb).unwrap_or(Category::Call)
}

/// The categories of a step: one for a `use` or a call, one for each command; behind these what further targets of a
/// build are for (`mvn verify sonar:sonar` tests, and scans).
pub fn categories<'a>(step: &'a Step, table: &'a StepTable) -> impl Iterator<Item = Category> {
    let (one, commands): (Option<Category>, &[Command]) = match step {
        Step::Use(identity) => (Some(of_action(identity, table)), &[]),
        Step::Run(commands) => (None, commands),
        Step::Call(identity) => (Some(of_call(identity, table)), &[]),
    };
    let of_commands = commands.iter().map(|command| of_command(command, table));
    one.into_iter().chain(of_commands).chain(commands.iter().flat_map(|command| of_further_targets(command, table)))
}

/// The categories of a command: more than one where it builds several targets.
pub fn of_each_target<'a>(command: &'a Command, table: &'a StepTable) -> impl Iterator<Item = Category> {
    std::iter::once(of_command(command, table)).chain(of_further_targets(command, table))
}

/// Whether the words of a tool are targets, each of which is done.
fn has_targets(tool: &str) -> bool {
    matches!(tool, "gradle" | "gradlew" | "just" | "make" | "mvn" | "mvnw" | "rake" | "sbt" | "task")
}

/// What the targets of a build are for behind the first, as far as the table has rows for them.
fn of_further_targets<'a>(command: &'a Command, table: &'a StepTable) -> impl Iterator<Item = Category> {
    let has_further = memchr::memchr(b' ', command.verb.as_bytes()).is_some() && has_targets(&command.tool);
    let rows = has_further.then(|| table.tools.get(&command.tool)).flatten();
    rows.into_iter().flat_map(|rows| {
        let of_target = |target: &str| rows.iter().find(|(verb, _)| is_target(verb, target)).map(|(_, it)| *it);
        command.verb.split(' ').skip(1).filter_map(of_target)
    })
}

/// Whether a target is the one of a row: by its name, in one project of several (`:app:check`), or a goal of the plugin
/// that the row names (`dependency-check:aggregate`).
fn is_target(row: &str, target: &str) -> bool {
    !row.is_empty()
        && (target.strip_prefix(row).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            || target.starts_with(':') && target.rsplit(':').next() == Some(row))
}

/// A text in lower case; nearly all identities are.
fn in_lower_case(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|b| b.is_ascii_uppercase()) {
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => Cow::Borrowed(text),
    }
}

/// The category of an action. One that isn't in the table is judged by its name, as its users do.
fn of_action(identity: &str, table: &StepTable) -> Category {
    let identity = in_lower_case(identity);
    if let Some(&category) = table.actions.get(&*identity) {
        return category;
    }
    // `owner/repo/sub` may be known by its repository.
    let repository = identity.match_indices('/').nth(1).map_or(&*identity, |(at, _)| &identity[..at]);
    if let Some(&category) = table.actions.get(repository) {
        return category;
    }
    let name = identity.strip_prefix("./").or(identity.strip_prefix("task:")).unwrap_or(&identity);
    let name = name.rsplit('/').find(|part| !part.is_empty() && *part != "actions").unwrap_or(name);
    let starts = |word: &str| name.starts_with(word);
    match () {
        // What Concourse gets changes nothing, whatever it is.
        () if starts("get:") => Category::Setup,
        () if starts("setup") || starts("install") || starts("configure") || starts("login") => Category::Setup,
        // Finding out a version, or whether something is in order, changes nothing.
        () if name.ends_with("-version") => Category::Setup,
        // What it looks at, its name doesn't say: most of them look at what is written.
        () if ["check", "validate", "verify"].into_iter().any(starts) => match purpose_of_name(name, table) {
            Some(Purpose::Scan) if !has_word_of(name, FORMS) => Category::Scan,
            _ => Category::Lint,
        },
        () => match purpose_of_name(name, table) {
            Some(Purpose::Deploy) => Category::Deploy,
            Some(Purpose::Provision) => Category::Provision,
            Some(Purpose::Release) => Category::Publish,
            Some(Purpose::Scan) if has_word_of(name, FORMS) => Category::Lint,
            Some(Purpose::Scan) => Category::Scan,
            Some(Purpose::Housekeeping) => Category::Housekeeping,
            Some(Purpose::BuildTest) if name.contains("test") => Category::Test,
            Some(Purpose::BuildTest) => Category::Build,
            None => Category::Other,
        },
    }
}

/// The category of a command: of the table's rows for its tool, the one with the most words of the command.
pub fn of_command(command: &Command, table: &StepTable) -> Category {
    if let Some(rows) = table.tools.get(&command.tool) {
        let own = command.verb.as_bytes();
        let first_target = LazyCell::new(|| command.verb.split(' ').next().filter(|_| has_targets(&command.tool)));
        let starts_with = |verb: &str| {
            // Some tools have a hundred rows, and most begin with other letters, or are longer.
            let row = verb.as_bytes();
            row.is_empty()
                || row.len() <= own.len()
                    && row[0] == own[0]
                    && own.get(row.len()).is_none_or(|it| *it == b' ')
                    && own.starts_with(row)
                || first_target.is_some_and(|it| is_target(verb, it))
        };
        let row = rows.iter().find(|(verb, _)| starts_with(verb));
        return row.map_or(Category::Other, |(_, category)| *category);
    }
    // A script of the repository's own does what its name says, where the name says that it changes the outside.
    let Some(name) = command.tool.strip_suffix(".sh") else { return Category::Other };
    // Who installs a tool doesn't run it.
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    if words.any(|it| matches!(it, "install" | "setup" | "configure" | "login")) {
        return Category::Setup;
    }
    match purpose_of_name(name, table) {
        Some(Purpose::Deploy) => Category::Deploy,
        Some(Purpose::Provision) => Category::Provision,
        Some(Purpose::Release) => Category::Publish,
        Some(Purpose::BuildTest | Purpose::Scan | Purpose::Housekeeping) | None => Category::Other,
    }
}

/// What a target is for that runs these commands: of what changes the outside and makes things the first in this order,
/// else whatever it does that we know.
pub fn of_target(runs: &[Command], table: &StepTable) -> Option<Category> {
    let found: Categories = runs.iter().map(|it| of_command(it, table)).collect();
    let order =
        [Category::Deploy, Category::Provision, Category::Publish, Category::Package, Category::Test, Category::Build];
    let known = order.into_iter().find(|it| found.has(*it));
    known.or_else(|| found.first().filter(|it| *it != Category::Other))
}

/// What a pipeline is for. What changes the outside says it first: a step that deploys, provisions or publishes. Then
/// the names, of the pipeline and of what it calls, where they speak of scanning or housekeeping: a scan may have to
/// build first, and is no build for that. Then the other steps, then any name. `called` gives the purpose of a
/// template it calls, where that template was scanned; `runs` what a command runs that names a target of the repository
/// (`make deploy`).
pub fn purpose(
    pipeline: &Pipeline,
    table: &StepTable,
    called: &dyn Fn(&str) -> Option<Purpose>,
    runs: &dyn Fn(&Command) -> Option<Category>,
) -> Purpose {
    let steps = || pipeline.jobs.iter().flat_map(|job| &job.steps);
    let mut categories: Categories = steps().flat_map(|step| categories(step, table)).collect();
    let commands = steps().flat_map(|step| match step {
        Step::Run(commands) => commands.as_slice(),
        Step::Use(_) | Step::Call(_) => &[],
    });
    categories.extend(commands.filter_map(runs));
    let seen = |category: Category| categories.has(category);
    let calls: Vec<Purpose> =
        pipeline.calls().filter_map(|call| called(call).or_else(|| purpose_of_name(file_stem(call), table))).collect();
    let found = |category: Category, purpose: Purpose| seen(category) || calls.contains(&purpose);
    let named = LazyCell::new(|| {
        purpose_of_name(&pipeline.name, table).or_else(|| purpose_of_name(file_stem(&pipeline.at.path), table))
    });
    // What only scans or keeps house by its name; it may have to build first.
    let changes_nothing = |call: &Purpose| !call.delivers() || *call == Purpose::BuildTest;
    let aside = (*named).filter(|it| !it.delivers() && calls.iter().all(changes_nothing));
    if found(Category::Deploy, Purpose::Deploy) {
        Purpose::Deploy
    } else if found(Category::Provision, Purpose::Provision) {
        Purpose::Provision
    } else if found(Category::Publish, Purpose::Release)
        // Whether a build of an image pushes it is often a value; the name says it.
        || seen(Category::Package) && *named == Some(Purpose::Release)
    {
        Purpose::Release
    } else if let Some(purpose) = aside {
        purpose
    } else if calls.contains(&Purpose::BuildTest)
        || [Category::Build, Category::Test, Category::Package].into_iter().any(seen)
    {
        Purpose::BuildTest
    } else if found(Category::Scan, Purpose::Scan) || seen(Category::Lint) {
        Purpose::Scan
    } else {
        // The name speaks louder than a step that only keeps house or tells people.
        (*named).unwrap_or(Purpose::Housekeeping)
    }
}

/// The purpose that the words of a name tell, by the table's order.
fn purpose_of_name(name: &str, table: &StepTable) -> Option<Purpose> {
    let lower = in_lower_case(name);
    let words = words(name, &lower);
    let letters = words.iter().fold(0, |all, word| all | PurposeWords::letter(word));
    // A first letter that differs saves the comparison of texts.
    let begins = |it: &str, word: &str| it.as_bytes().first() == word.as_bytes().first() && it.starts_with(word);
    let fits = |word: &str| words.iter().any(|it| *it == word || word.len() > 3 && begins(it, word));
    // Words of infrastructure name what something is about. Who looks at it, or installs its tools, changes nothing.
    let has = |table: &[&str]| words.iter().any(|it| table.binary_search(it).is_ok());
    let only_looks = LazyCell::new(|| has(LOOKS) && !has(CHANGES));
    let mut rows = table.words.with(letters).filter(|row| fits(&row.word));
    rows.find(|row| row.purpose != Purpose::Provision || !*only_looks).map(|row| row.purpose)
}

/// Whether one of these words, which are sorted, is in a name.
fn has_word_of(name: &str, sorted: &[&str]) -> bool {
    words(name, &in_lower_case(name)).iter().any(|it| sorted.binary_search(it).is_ok())
}

/// The words of a name, of which `lower` is the same in lower case: `withNightlyBuild` is three words, `OpenAPI` is one.
/// What capitals part is one word as a whole too.
fn words<'l>(name: &str, lower: &'l str) -> Vec<&'l str> {
    let mut words = Vec::with_capacity(8);
    let (mut start, mut part) = (0, 0);
    let mut add = |from: usize, to: usize| words.extend(lower.get(from..to).filter(|it| !it.is_empty()));
    let bytes = name.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            add(start, at);
            if part > start {
                add(part, at);
            }
            (start, part) = (at + 1, at + 1);
        } else if byte.is_ascii_uppercase() && at > 0 && bytes[at - 1].is_ascii_lowercase() {
            add(part, at);
            part = at;
        }
    }
    add(start, bytes.len());
    if part > start {
        add(part, bytes.len());
    }
    words
}

/// Words of names for what leaves infrastructure as it is; sorted.
const LOOKS: &[&str] = &[
    "check", "compare", "diff", "init", "install", "plan", "setup", "tests", "validate", "verify", "version",
    "versions",
];

/// Words of names for what looks at the form of what is written; sorted.
const FORMS: &[&str] = &["fmt", "format", "formatter", "formatting", "lint", "linter", "linters", "linting"];

/// Words of names for what changes infrastructure; sorted.
const CHANGES: &[&str] = &["apply", "create", "destroy", "import", "update", "upgrade"];

fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::{CHANGES, Category, FORMS, LOOKS, Purpose, categories, purpose, purpose_of_name};
    use crate::facts::Context;
    use crate::pipeline::{Command, Fingerprint, Job, Pipeline, Role, Step, System};
    use crate::rules::Rules;
    use crate::source::Location;

    fn pipeline(path: &str, name: &str, steps: Vec<Step>) -> Pipeline {
        Pipeline {
            at: Location::whole_file(&path.into()),
            system: System::GithubActions,
            name: name.to_owned(),
            triggers: [].into(),
            role: Role::Pipeline,
            jobs: vec![Job { id: "all".to_owned(), steps, ..Job::default() }],
            parts: Vec::new(),
            stages: Vec::new(),
            exact: Fingerprint(1),
            context: Context::Production,
        }
    }

    #[test]
    fn tables_are_sorted() {
        assert!(FORMS.is_sorted() && LOOKS.is_sorted() && CHANGES.is_sorted());
    }

    #[test]
    fn each_target_of_a_build_counts() {
        let table = Rules::load(None).unwrap().tables.steps;
        for (command, expected) in [
            ("mvn verify sonar:sonar", &[Category::Test, Category::Scan][..]),
            ("mvn org.owasp:dependency-check-maven:8.4.0:check", &[Category::Scan]),
            ("gradlew :app:sonar", &[Category::Scan]),
            ("gradlew build :app:dependencyCheckAnalyze", &[Category::Build, Category::Scan]),
            ("gradlew build assemble", &[Category::Build]),
            ("make lint test", &[Category::Lint, Category::Test]),
            ("npm run test", &[Category::Test]),
        ] {
            let step = Step::Run(vec![Command::from(command.to_owned())]);
            assert_eq!(categories(&step, &table).collect::<Vec<_>>(), expected, "{command}");
        }
    }

    #[test]
    fn what_looks_alike_is_told_apart() {
        let table = Rules::load(None).unwrap().tables.steps;
        let uses = |it: &str| Step::Use(it.to_owned());
        let run = |it: &str| Step::Run(vec![Command::from(it.to_owned())]);
        for (step, expected) in [
            (run("terraform fmt"), Category::Lint),
            (run("tofu validate"), Category::Lint),
            (run("helm lint"), Category::Lint),
            (run("eslint"), Category::Lint),
            (run("cargo fmt"), Category::Lint),
            (run("infracost breakdown"), Category::Lint),
            (run("syft"), Category::Setup),
            (run("cosign verify"), Category::Setup),
            (run("cosign sign"), Category::Publish),
            (run("trivy image"), Category::Scan),
            (run("checkov"), Category::Scan),
            (run("flux reconcile kustomization"), Category::Deploy),
            (run("flux batch"), Category::Other),
            (run("kubectl dry-run"), Category::Test),
            (uses("actions/deploy-pages"), Category::Publish),
            (uses("anchore/sbom-action"), Category::Setup),
            (uses("anchore/scan-action"), Category::Scan),
            (uses("acme/actions/yaml-linter"), Category::Lint),
            (uses("acme/format-code"), Category::Lint),
            (uses("acme/security-lint"), Category::Lint),
            (uses("acme/actions/container-scan"), Category::Scan),
            (uses("./.github/actions/validate-names"), Category::Lint),
        ] {
            assert_eq!(categories(&step, &table).next(), Some(expected), "{step:?}");
        }
    }

    #[test]
    fn what_pipelines_are_for() {
        let table = Rules::load(None).unwrap().tables.steps;
        let run = |commands: &str| Step::Run(commands.split("; ").map(|it| Command::from(it.to_owned())).collect());
        let uses = |action: &str| Step::Use(action.to_owned());
        for (path, name, steps, expected) in [
            ("ci.yml", "", vec![run("npm ci; npm test")], Purpose::BuildTest),
            ("ci.yml", "", vec![run("npm test; helm upgrade")], Purpose::Deploy),
            (
                "terraform.yml",
                "Terraform",
                vec![run("install-terraform.sh; terraform validate; terraform fmt")],
                Purpose::Scan,
            ),
            ("terraform.yml", "Terraform", vec![run("terraform-plan.sh; terraform-apply.sh")], Purpose::Provision),
            ("terraform.yml", "Terraform", vec![run("terraform-plan-apply.sh")], Purpose::Provision),
            ("policy.yml", "Policies: validate terraform", vec![run("policy.sh")], Purpose::Housekeeping),
            ("policy-tests.yml", "Policies: validate terraform", vec![run("policy.sh")], Purpose::BuildTest),
            ("terraform-version.yml", "", vec![run("curl; parse.sh")], Purpose::Housekeeping),
            ("push-terraform-module-version.yml", "", vec![uses("./record")], Purpose::Release),
            ("terraform-members.yml", "", vec![run("members.sh")], Purpose::Provision),
            ("image.yml", "Publish image", vec![uses("docker/build-push-action")], Purpose::Release),
            ("image.yml", "Image", vec![uses("docker/build-push-action")], Purpose::BuildTest),
            ("epics.yml", "Epics", vec![run("github-script issues.update")], Purpose::Housekeeping),
            ("notes.yml", "Notes", vec![run("github-script repos.createRelease")], Purpose::Release),
        ] {
            assert_eq!(purpose(&pipeline(path, name, steps), &table, &|_| None, &|_| None), expected, "{path} {name}");
        }
    }

    #[test]
    fn names_are_read_in_both_spellings() {
        let table = Rules::load(None).unwrap().tables.steps;
        for (name, expected) in [
            ("Publish OpenAPI specs", Some(Purpose::Housekeeping)),
            ("publish-openapi", Some(Purpose::Housekeeping)),
            ("withNightlyBuild", Some(Purpose::BuildTest)),
            ("CodeQL", Some(Purpose::Scan)),
            ("Publish", Some(Purpose::Release)),
            ("Nightly", None),
        ] {
            assert_eq!(purpose_of_name(name, &table), expected, "{name}");
        }
    }

    #[test]
    fn scripts_do_what_their_names_say() {
        let table = Rules::load(None).unwrap().tables.steps;
        for (command, expected) in [
            ("deploy.sh", Category::Deploy),
            ("terraform-apply.sh", Category::Provision),
            ("tfenv-install-terraform.sh", Category::Setup),
            ("setup_deploy_keys.sh", Category::Setup),
            ("tests.sh", Category::Other),
        ] {
            let step = Step::Run(vec![Command::from(command.to_owned())]);
            assert_eq!(categories(&step, &table).collect::<Vec<_>>(), [expected], "{command}");
        }
    }
}
