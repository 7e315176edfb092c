//! What steps and pipelines are for: the categories of the skeleton, and the purpose of a pipeline.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pipeline::{Command, Pipeline, Step};
use crate::rules::tables::StepTable;

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
    /// Looks for faults without running the program: linters, scanners, policies.
    Scan,
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

/// The category of a call: what many know it to do, or that it calls.
pub fn of_call(identity: &str, table: &StepTable) -> Category {
    table.actions.get(&identity.to_ascii_lowercase()).copied().unwrap_or(Category::Call)
}

/// The categories of a step: one for a `use` or a call, one for each command that has one.
pub fn categories<'a>(step: &'a Step, table: &'a StepTable) -> Box<dyn Iterator<Item = Category> + 'a> {
    match step {
        Step::Use(identity) => Box::new(std::iter::once(of_action(identity, table))),
        Step::Run(commands) => Box::new(commands.iter().map(|command| of_command(command, table))),
        Step::Call(identity) => Box::new(std::iter::once(of_call(identity, table))),
    }
}

/// The category of an action. One that isn't in the table is judged by its name, as its users do.
fn of_action(identity: &str, table: &StepTable) -> Category {
    let identity = identity.to_ascii_lowercase();
    if let Some(&category) = table.actions.get(&identity) {
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
        () if starts("check") || starts("validate") || starts("verify") => Category::Scan,
        () => match purpose_of_name(name, table) {
            Some(Purpose::Deploy) => Category::Deploy,
            Some(Purpose::Provision) => Category::Provision,
            Some(Purpose::Release) => Category::Publish,
            Some(Purpose::Scan) => Category::Scan,
            Some(Purpose::Housekeeping) => Category::Housekeeping,
            Some(Purpose::BuildTest) if name.contains("test") => Category::Test,
            Some(Purpose::BuildTest) => Category::Build,
            None => Category::Other,
        },
    }
}

/// The category of a command: of the table's rows for its tool, the one with the most words of the command.
fn of_command(command: &Command, table: &StepTable) -> Category {
    let starts_with = |verb: &str| {
        let rest = command.verb.strip_prefix(verb);
        verb.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    if let Some(rows) = table.tools.get(&command.tool) {
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
    let found: BTreeSet<Category> = runs.iter().map(|it| of_command(it, table)).collect();
    let order =
        [Category::Deploy, Category::Provision, Category::Publish, Category::Package, Category::Test, Category::Build];
    let known = order.into_iter().find(|it| found.contains(it));
    known.or_else(|| found.into_iter().find(|it| *it != Category::Other))
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
    let mut categories: BTreeSet<Category> = steps().flat_map(|step| categories(step, table)).collect();
    let commands = steps().flat_map(|step| match step {
        Step::Run(commands) => commands.as_slice(),
        Step::Use(_) | Step::Call(_) => &[],
    });
    categories.extend(commands.filter_map(runs));
    let seen = |category: Category| categories.contains(&category);
    let calls: Vec<Purpose> =
        pipeline.calls().filter_map(|call| called(call).or_else(|| purpose_of_name(file_stem(call), table))).collect();
    let found = |category: Category, purpose: Purpose| seen(category) || calls.contains(&purpose);
    let named =
        || purpose_of_name(&pipeline.name, table).or_else(|| purpose_of_name(file_stem(&pipeline.at.path), table));
    // What only scans or keeps house by its name; it may have to build first.
    let changes_nothing = |call: &Purpose| !call.delivers() || *call == Purpose::BuildTest;
    let aside = named().filter(|it| !it.delivers() && calls.iter().all(changes_nothing));
    if found(Category::Deploy, Purpose::Deploy) {
        Purpose::Deploy
    } else if found(Category::Provision, Purpose::Provision) {
        Purpose::Provision
    } else if found(Category::Publish, Purpose::Release)
        // Whether a build of an image pushes it is often a value; the name says it.
        || seen(Category::Package) && named() == Some(Purpose::Release)
    {
        Purpose::Release
    } else if let Some(purpose) = aside {
        purpose
    } else if calls.contains(&Purpose::BuildTest)
        || [Category::Build, Category::Test, Category::Package].into_iter().any(seen)
    {
        Purpose::BuildTest
    } else if found(Category::Scan, Purpose::Scan) {
        Purpose::Scan
    } else {
        // The name speaks louder than a step that only keeps house or tells people.
        named().unwrap_or(Purpose::Housekeeping)
    }
}

/// The purpose that the words of a name tell, by the table's order.
fn purpose_of_name(name: &str, table: &StepTable) -> Option<Purpose> {
    // `withNightlyBuild` is three words.
    let mut spaced = String::with_capacity(name.len() + 8);
    for c in name.chars() {
        if c.is_ascii_uppercase() && spaced.ends_with(|last: char| last.is_ascii_lowercase()) {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    // `OpenAPI` is one.
    let names = [spaced.to_ascii_lowercase(), name.to_ascii_lowercase()];
    let words: Vec<&str> = names.iter().flat_map(|it| it.split(|c: char| !c.is_ascii_alphanumeric())).collect();
    // Nearly all differ in their first letter.
    let fits = |word: &str| {
        let alike = words.iter().filter(|it| it.as_bytes().first() == word.as_bytes().first());
        alike.into_iter().any(|it| *it == word || word.len() > 3 && it.starts_with(word))
    };
    // Words of infrastructure name what something is about. Who looks at it, or installs its tools, changes nothing.
    let has = |table: &[&str]| words.iter().any(|it| table.binary_search(it).is_ok());
    let only_looks = has(LOOKS) && !has(CHANGES);
    let mut rows = table.words.iter().filter(|row| row.purpose != Purpose::Provision || !only_looks);
    rows.find(|row| fits(&row.word)).map(|row| row.purpose)
}

/// Words of names for what leaves infrastructure as it is; sorted.
const LOOKS: &[&str] = &[
    "check", "compare", "diff", "init", "install", "plan", "setup", "tests", "validate", "verify", "version",
    "versions",
];

/// Words of names for what changes infrastructure; sorted.
const CHANGES: &[&str] = &["apply", "create", "destroy", "import", "update", "upgrade"];

fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::{CHANGES, Category, LOOKS, Purpose, categories, purpose, purpose_of_name};
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
        assert!(LOOKS.is_sorted() && CHANGES.is_sorted());
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
