//! What steps and pipelines are for: the categories of the skeleton, and the purpose of a pipeline.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pipeline::{Command, Pipeline, Step};
use crate::rules::tables::{StepTable, WordRow};

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Fetches the code.
    Checkout,
    /// Prepares tools, credentials, caches.
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

/// The categories of a step: one for a `use`, one for each command that has one.
pub fn categories<'a>(step: &'a Step, table: &'a StepTable) -> Box<dyn Iterator<Item = Category> + 'a> {
    match step {
        Step::Use(identity) => Box::new(std::iter::once(of_action(identity, table))),
        Step::Run(commands) => Box::new(commands.iter().map(|command| of_command(command, table))),
        Step::Call(_) => Box::new(std::iter::once(Category::Call)),
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
    match command.tool.strip_suffix(".sh").and_then(|name| purpose_of_name(name, table)) {
        Some(Purpose::Deploy) => Category::Deploy,
        Some(Purpose::Provision) => Category::Provision,
        Some(Purpose::Release) => Category::Publish,
        Some(Purpose::BuildTest | Purpose::Scan | Purpose::Housekeeping) | None => Category::Other,
    }
}

/// What a pipeline is for. What changes the outside says it first: a step that deploys, provisions or publishes. Then
/// the names, of the pipeline and of what it calls, where they speak of scanning or housekeeping: a scan may have to
/// build first, and is no build for that. Then the other steps, then any name. `called` gives the purpose of a
/// template it calls, where that template was scanned.
pub fn purpose(pipeline: &Pipeline, table: &StepTable, called: &dyn Fn(&str) -> Option<Purpose>) -> Purpose {
    let steps = pipeline.jobs.iter().flat_map(|job| &job.steps);
    let categories: BTreeSet<Category> = steps.flat_map(|step| categories(step, table)).collect();
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
    } else if found(Category::Publish, Purpose::Release) {
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
    spaced.make_ascii_lowercase();
    let words = || spaced.as_bytes().split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    // The row that fits one of the words and comes first.
    let mut first = table.words.len();
    for word in words() {
        let fits = |row: &WordRow| {
            let row = row.word.as_bytes();
            row.first() == word.first() && word.starts_with(row) && (row.len() > 3 || row.len() == word.len())
        };
        first = table.words[..first].iter().position(fits).unwrap_or(first);
    }
    table.words.get(first).map(|row| row.purpose)
}

fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
