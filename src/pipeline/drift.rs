//! How a member of a cluster differs from the canonical form, in words: "adds step trivy-action", "lacks job lint".
//!
//! Jobs are matched by what they do, then by what they share, then by name; the steps of matched jobs are compared as
//! lists (longest common subsequence). What is said depends on the two pipelines alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::pipeline::effective::Effective;
use crate::pipeline::shape::{Act, ActKind, Class, Graph};
use crate::pipeline::steps::Category;

/// One of the two pipelines.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What it does.
    pub effective: &'a Effective<'a>,
    /// The same as a graph.
    pub graph: &'a Graph,
    /// The versions that its files ask for, by identity.
    pub versions: &'a BTreeMap<String, BTreeSet<String>>,
}

/// The kinds of differences, the ones that matter most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// A template, or a whole job.
    Whole,
    /// A step that changes what others see.
    Delivery,
    /// Any other step that does the work.
    Work,
    /// Where and when jobs run.
    Order,
    /// A step that prepares.
    Setup,
    /// A version.
    Version,
    /// A step that stands elsewhere.
    Moved,
}

/// More cells than this are not compared step by step.
const MOST_CELLS: usize = 4_000_000;

/// How `member` differs from `canonical`: short phrases, what matters most first; none where both do the same with the
/// same versions.
pub fn drift(canonical: Side<'_>, member: Side<'_>) -> Vec<String> {
    let (a, b) = (&canonical.graph.classes, &member.graph.classes);
    let name = |side: Side<'_>, class: &Class| side.effective.jobs[class.job].name.clone();
    let matched = matched_jobs(canonical, member);
    let mut said: Vec<(Weight, String)> = Vec::new();
    let mut changes = Vec::new();
    for (index, class) in a.iter().enumerate() {
        if !matched.iter().any(|(it, _)| *it == index) {
            let name = name(canonical, class);
            match of_name(member, &name) {
                Some(same) => changes.extend(in_job(&name, compared(&class.acts, &same.acts))),
                None => said.push((Weight::Whole, format!("lacks {}", job_words(class, &name)))),
            }
        }
    }
    for (index, class) in b.iter().enumerate() {
        if !matched.iter().any(|(_, it)| *it == index) {
            let name = name(member, class);
            match of_name(canonical, &name) {
                Some(same) => changes.extend(in_job(&name, compared(&same.acts, &class.acts))),
                None => said.push((Weight::Whole, format!("adds {}", job_words(class, &name)))),
            }
        }
    }
    for &(x, y) in &matched {
        let (x, y) = (&a[x], &b[y]);
        // Where there is one job only, nobody asks which.
        let job = if a.len() > 1 || b.len() > 1 { format!(" in job {}", name(member, y)) } else { String::new() };
        match (&x.image, &y.image) {
            (Some(x), Some(y)) if x != y => said.push((Weight::Order, format!("runs{job} in {y} instead of {x}"))),
            (None, Some(y)) => said.push((Weight::Order, format!("runs{job} in image {y}"))),
            (Some(x), None) => said.push((Weight::Order, format!("runs{job} without image {x}"))),
            (Some(_), Some(_)) | (None, None) => {}
        }
        for change in compared(&x.acts, &y.acts) {
            changes.push((job.clone(), change));
        }
    }
    said.extend(in_words(changes));
    said.extend(waits(canonical, member, &matched));
    said.extend(versions(canonical.versions, member.versions));
    said.sort();
    said.dedup();
    said.into_iter().map(|(_, words)| words).collect()
}

/// The jobs of a pipeline that do the same as the one of this name. Where several do the same they are one class under one
/// name, and the others are there all the same.
fn of_name<'a>(side: Side<'a>, name: &str) -> Option<&'a Class> {
    let has_name = |job: &usize| side.effective.jobs.get(*job).is_some_and(|it| it.name == name);
    side.graph.classes.iter().find(|it| it.alike.iter().any(has_name))
}

/// Changes, each with the job that it is in.
fn in_job(name: &str, changes: Vec<Change>) -> impl Iterator<Item = (String, Change)> {
    let job = format!(" in job {name}");
    changes.into_iter().map(move |it| (job.clone(), it))
}

/// The first so many of these phrases, and how many more there are.
pub fn capped(mut words: Vec<String>, most: usize) -> Vec<String> {
    if words.len() > most {
        let more = words.len() - most;
        words.truncate(most);
        words.push(format!("and {more} more"));
    }
    words
}

/// A step in words: `` `npm ci` ``, `step trivy-action`, `the call of workflows/build.yml`.
pub fn act_words(act: &Act) -> String {
    match act.kind {
        ActKind::Run => format!("`{}`", act.name),
        ActKind::Use => format!("step {}", short(&act.name)),
        ActKind::Call => format!("the call of {}", short(&act.name)),
    }
}

/// A job that only one side has. One that only calls is told by what it calls.
fn job_words(class: &Class, name: &str) -> String {
    match class.acts.as_slice() {
        [only] if only.kind == ActKind::Call => act_words(only),
        _ => format!("job {name}"),
    }
}

/// An identity as people say it: without owner where the name says enough, and without the folders that GitHub
/// prescribes.
pub fn short(identity: &str) -> String {
    // What only an expression names, or a job of the pipeline makes.
    if identity == "${{}}" {
        return "something unknown".to_owned();
    }
    let Some((owner, name)) = identity.split_once('/') else { return identity.to_owned() };
    if matches!(owner, "." | "docker:") || owner.contains([':', '.']) {
        return identity.to_owned();
    }
    // A word alone says nothing without its owner (`azure/login`), nor does a name that only says that it is an action.
    // Those of the makers of GitHub go without.
    let says_enough = owner == "actions" || name.contains(['-', '/']) && GENERIC.binary_search(&name).is_err();
    if !says_enough {
        return identity.to_owned();
    }
    name.replacen("/.github/workflows/", "/", 1).replacen("/.github/actions/", "/", 1)
}

/// Names of repositories that say nothing without their owner; sorted.
const GENERIC: &[&str] = &["gh-action", "gh-actions", "github-action", "github-actions"];

/// Two different identities, each as short as it can be while they are told apart.
fn apart(new: &str, old: &str) -> (String, String) {
    let both = (short(new), short(old));
    if both.0 == both.1 { (new.to_owned(), old.to_owned()) } else { both }
}

/// Pairs of jobs: of the canonical form and of the member.
fn matched_jobs(canonical: Side<'_>, member: Side<'_>) -> Vec<(usize, usize)> {
    let (a, b) = (&canonical.graph.classes, &member.graph.classes);
    let name_a = |index: usize| &canonical.effective.jobs[a[index].job].name;
    let name_b = |index: usize| &member.effective.jobs[b[index].job].name;
    let (mut free_a, mut free_b) = (vec![true; a.len()], vec![true; b.len()]);
    let mut matched = Vec::new();
    let mut take = |x: usize, y: usize| {
        let both = free_a[x] && free_b[y];
        if both {
            (free_a[x], free_b[y]) = (false, false);
            matched.push((x, y));
        }
    };
    // By what they do: of several the ones of one name first.
    let mut by_acts: BTreeMap<(&Option<String>, &[Act]), Vec<usize>> = BTreeMap::new();
    for (y, class) in b.iter().enumerate() {
        by_acts.entry((&class.image, &class.acts)).or_default().push(y);
    }
    for only_of_one_name in [true, false] {
        for (x, class) in a.iter().enumerate() {
            for &y in by_acts.get(&(&class.image, &*class.acts)).into_iter().flatten() {
                if !only_of_one_name || name_a(x) == name_b(y) {
                    take(x, y);
                }
            }
        }
    }
    // By what they share: the most first. Jobs that share only what prepares have nothing to do with each other.
    let mut by_act: BTreeMap<(ActKind, &str), Vec<usize>> = BTreeMap::new();
    for (y, class) in b.iter().enumerate() {
        for act in class.acts.iter().filter(|it| !it.prepares()) {
            by_act.entry((act.kind, &act.name)).or_default().push(y);
        }
    }
    let mut shared: Vec<(std::cmp::Reverse<usize>, bool, usize, usize)> = Vec::new();
    for (x, class) in a.iter().enumerate() {
        let mut n_shared: BTreeMap<usize, usize> = BTreeMap::new();
        for act in class.acts.iter().filter(|it| !it.prepares()) {
            for &y in by_act.get(&(act.kind, &*act.name)).into_iter().flatten().take(100) {
                *n_shared.entry(y).or_default() += 1;
            }
        }
        shared.extend(n_shared.into_iter().map(|(y, n)| (std::cmp::Reverse(n), name_a(x) != name_b(y), x, y)));
    }
    shared.sort_unstable();
    for (_, _, x, y) in shared {
        take(x, y);
    }
    // By name. Two pipelines of one job each are about that job.
    for x in 0..a.len() {
        for y in 0..b.len() {
            if name_a(x) == name_b(y) || a.len() == 1 && b.len() == 1 {
                take(x, y);
            }
        }
    }
    matched.sort_unstable();
    matched
}

/// One difference between two lists of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    Adds(Act),
    Lacks(Act),
    Instead { new: Act, old: Act },
}

/// The differences of two lists.
fn compared(a: &[Act], b: &[Act]) -> Vec<Change> {
    let same = |(x, y): &(&Act, &Act)| x == y;
    let head = a.iter().zip(b).take_while(same).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let mut changes = Vec::new();
    let (mut x, mut y) = (0, 0);
    for (next_x, next_y) in common(a, b).into_iter().chain([(a.len(), b.len())]) {
        hunk(&a[x..next_x], &b[y..next_y], &mut changes);
        (x, y) = (next_x + 1, next_y + 1);
    }
    changes
}

/// The pairs of a longest common subsequence; of lists that are too long, none.
fn common(a: &[Act], b: &[Act]) -> Vec<(usize, usize)> {
    if a.len().saturating_mul(b.len()) > MOST_CELLS {
        return Vec::new();
    }
    let width = b.len() + 1;
    let mut longest = vec![0_u32; (a.len() + 1) * width];
    for x in (0..a.len()).rev() {
        for y in (0..b.len()).rev() {
            longest[x * width + y] = if a[x] == b[y] {
                longest[(x + 1) * width + y + 1] + 1
            } else {
                longest[(x + 1) * width + y].max(longest[x * width + y + 1])
            };
        }
    }
    let (mut x, mut y) = (0, 0);
    let mut pairs = Vec::new();
    while x < a.len() && y < b.len() {
        if a[x] == b[y] {
            pairs.push((x, y));
            (x, y) = (x + 1, y + 1);
        } else if longest[(x + 1) * width + y] >= longest[x * width + y + 1] {
            x += 1;
        } else {
            y += 1;
        }
    }
    pairs
}

/// What stands in one place: a step for the same purpose, or of the same tool, stands there instead of the other.
fn hunk(old: &[Act], new: &[Act], changes: &mut Vec<Change>) {
    let tool = |act: &Act| act.name.split(' ').next().unwrap_or_default().to_owned();
    let fits = |a: &Act, b: &Act| {
        a.category.stage() == b.category.stage() && a.category != Category::Other
            || a.kind == ActKind::Run && b.kind == ActKind::Run && tool(a) == tool(b)
    };
    let mut free: Vec<bool> = vec![true; new.len()];
    for old in old {
        // What stands here too, in another order, is no replacement.
        let stays = |act: &Act| new.contains(act);
        let at = new.iter().enumerate().position(|(at, it)| free[at] && fits(old, it)).filter(|_| !stays(old));
        match at {
            Some(at) => {
                free[at] = false;
                changes.push(Change::Instead { new: new[at].clone(), old: old.clone() });
            }
            None => changes.push(Change::Lacks(old.clone())),
        }
    }
    changes.extend(new.iter().zip(free).filter(|(_, free)| *free).map(|(it, _)| Change::Adds(it.clone())));
}

/// Changes of steps, each with the job it is in, in words. A step that is missing in one place and added in another has
/// moved.
fn in_words(changes: Vec<(String, Change)>) -> Vec<(Weight, String)> {
    let mut said = Vec::new();
    let mut lacking: Vec<(String, Act)> = Vec::new();
    let mut adding: Vec<(String, Act)> = Vec::new();
    for (job, change) in changes {
        match change {
            Change::Instead { new, old } => {
                let weight = weight(&new).min(weight(&old));
                let words = match (new.kind, old.kind) {
                    (ActKind::Run, ActKind::Run) => format!("runs `{}` instead of `{}`{job}", new.name, old.name),
                    (ActKind::Run, ActKind::Use | ActKind::Call) => {
                        format!("runs `{}` instead of {}{job}", new.name, act_words(&old))
                    }
                    (ActKind::Use, ActKind::Use) => {
                        let (new, old) = apart(&new.name, &old.name);
                        format!("uses {new} instead of {old}{job}")
                    }
                    (ActKind::Use, ActKind::Run | ActKind::Call) => {
                        format!("uses {} instead of {}{job}", short(&new.name), act_words(&old))
                    }
                    (ActKind::Call, ActKind::Call) => {
                        let (new, old) = apart(&new.name, &old.name);
                        format!("calls {new} instead of {old}{job}")
                    }
                    (ActKind::Call, ActKind::Run | ActKind::Use) => {
                        format!("calls {} instead of {}{job}", short(&new.name), act_words(&old))
                    }
                };
                said.push((weight, words));
            }
            Change::Lacks(act) => lacking.push((job, act)),
            Change::Adds(act) => adding.push((job, act)),
        }
    }
    for (job, act) in lacking {
        let same = adding.iter().position(|(_, it)| *it == act);
        match same.map(|at| adding.remove(at)) {
            Some((other, _)) if other == job => {
                said.push((Weight::Moved, format!("has {} in another place{job}", act_words(&act))));
            }
            Some((other, _)) => said.push((Weight::Moved, format!("has {}{other}, not{job}", act_words(&act)))),
            None => said.push((weight(&act), format!("lacks {}{job}", act_words(&act)))),
        }
    }
    said.extend(adding.into_iter().map(|(job, act)| (weight(&act), format!("adds {}{job}", act_words(&act)))));
    said
}

fn weight(act: &Act) -> Weight {
    match act.category {
        Category::Call => Weight::Whole,
        Category::Deploy | Category::Provision | Category::Publish => Weight::Delivery,
        Category::Build | Category::Test | Category::Scan | Category::Lint | Category::Package => Weight::Work,
        Category::Checkout | Category::Setup => Weight::Setup,
        Category::Notify | Category::Housekeeping | Category::Other => Weight::Work,
    }
}

/// What matched jobs wait for on one side only. Jobs that only one side has are told already.
fn waits(canonical: Side<'_>, member: Side<'_>, matched: &[(usize, usize)]) -> Vec<(Weight, String)> {
    let (a, b) = (&canonical.graph.classes, &member.graph.classes);
    let to_b: BTreeMap<usize, usize> = matched.iter().copied().collect();
    let to_a: BTreeMap<usize, usize> = matched.iter().map(|(x, y)| (*y, *x)).collect();
    let name = |y: usize| &member.effective.jobs[b[y].job].name;
    let mut said = Vec::new();
    for &(x, y) in matched {
        for need in b[y].needs.iter().filter(|need| to_a.get(need).is_some_and(|need| !a[x].needs.contains(need))) {
            said.push((Weight::Order, format!("waits for {} before {}", name(*need), name(y))));
        }
        for need in a[x].needs.iter().filter_map(|need| to_b.get(need)).filter(|need| !b[y].needs.contains(need)) {
            said.push((Weight::Order, format!("does not wait for {} before {}", name(*need), name(y))));
        }
    }
    said
}

/// What both use, at different versions. What one repository offers is told as one where its versions are.
fn versions(
    canonical: &BTreeMap<String, BTreeSet<String>>,
    member: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<(Weight, String)> {
    let listed = |it: &BTreeSet<String>| it.iter().cloned().collect::<Vec<_>>().join(" and ");
    let repository = |identity: &str| -> String {
        let end = identity.match_indices('/').nth(1).map_or(identity.len(), |(at, _)| at);
        identity[..end].to_owned()
    };
    // By repository what differs, and how.
    let mut found: BTreeMap<String, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
    for (identity, new) in member {
        let Some(old) = canonical.get(identity).filter(|old| *old != new) else { continue };
        let words = format!("{} instead of {}", listed(new), listed(old));
        found.entry(repository(identity)).or_default().entry(words).or_default().push(identity);
    }
    let mut said = Vec::new();
    for (repository, differences) in found {
        let is_one = differences.len() == 1;
        for (words, identities) in differences {
            let names: Vec<String> = match identities.as_slice() {
                [_, _, ..] if is_one => vec![short(&repository)],
                identities => identities.iter().map(|it| short(it)).collect(),
            };
            said.extend(names.into_iter().map(|name| (Weight::Version, format!("{name} {words}"))));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{GENERIC, Side, capped, drift, short};
    use crate::pipeline::effective::effective;
    use crate::pipeline::shape::Graph;
    use crate::pipeline::{Command, Fingerprint, Job, Pipeline, Role, Step, System};
    use crate::rules::Rules;
    use crate::source::Location;

    /// `job < needs: steps`, a line a job: an identity with a slash is used, `call x` calls, all else is run; `in image`
    /// after the needs.
    fn pipeline(text: &str) -> Pipeline {
        let job = |line: &str| {
            let (head, steps) = line.split_once(": ").unwrap();
            let (head, image) = head.split_once(" in ").map_or((head, None), |(head, image)| (head, Some(image)));
            let (id, needs) = head.split_once(" < ").unwrap_or((head, ""));
            let step = |it: &str| match it.strip_prefix("call ") {
                Some(name) => Step::Call(name.to_owned()),
                None if it.contains('/') && !it.contains(' ') => Step::Use(it.to_owned()),
                None => Step::Run(vec![Command::from(it.to_owned())]),
            };
            Job {
                id: id.to_owned(),
                needs: needs.split_whitespace().map(str::to_owned).collect(),
                image: image.map(str::to_owned),
                steps: steps.split(", ").filter(|it| !it.is_empty()).map(step).collect(),
                ..Job::default()
            }
        };
        Pipeline {
            at: Location::whole_file(&"ci.yml".into()),
            system: System::GithubActions,
            name: String::new(),
            triggers: [].into(),
            role: Role::Pipeline,
            jobs: text.lines().map(|it| job(it.trim())).collect(),
            parts: Vec::new(),
            stages: Vec::new(),
            exact: Fingerprint::of(b""),
            context: crate::facts::Context::Production,
        }
    }

    fn versions(text: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (identity, version) in text.split_whitespace().filter_map(|it| it.split_once('@')) {
            found.entry(identity.to_owned()).or_default().insert(version.to_owned());
        }
        found
    }

    fn told(canonical: (&str, &str), member: (&str, &str)) -> String {
        let table = Rules::load(None).unwrap().tables.steps;
        let pipelines = [pipeline(canonical.0), pipeline(member.0)];
        let versions = [versions(canonical.1), versions(member.1)];
        let effective = [0, 1].map(|it| effective(&pipelines[it], &|_, _| None));
        let graphs = [0, 1].map(|it| Graph::of(&effective[it], &table));
        let side = |it: usize| Side { effective: &effective[it], graph: &graphs[it], versions: &versions[it] };
        drift(side(0), side(1)).join("; ")
    }

    #[test]
    fn words() {
        let ci = "build: actions/checkout, actions/setup-node, npm ci, npm run lint, npm test, npm run build";
        for (canonical, member, expected) in [
            (ci, ci, ""),
            (ci, &ci.replace("npm run lint, ", ""), "lacks `npm run lint`"),
            (ci, &ci.replace("npm test, ", "npm test, aquasecurity/trivy-action, "), "adds step trivy-action"),
            (ci, &ci.replace("npm ci", "yarn install"), "runs `yarn install` instead of `npm ci`"),
            (
                ci,
                &ci.replace("npm run lint", "reviewdog/action-actionlint"),
                "uses action-actionlint instead of `npm run lint`",
            ),
            (
                ci,
                &ci.replace("npm run lint, npm test", "npm test, npm run lint"),
                "has `npm run lint` in another place",
            ),
            (ci, &ci.replace("build:", "build in node:"), "runs in image node"),
            (
                "build: npm run build\ntest: npm test\ndeploy < build: helm upgrade",
                "build: npm run build\ntest: npm test\ndeploy < build test: helm upgrade",
                "waits for test before deploy",
            ),
            (
                "build: npm run build\ndeploy < build: helm upgrade",
                "build: npm run build\nlint: yamllint\ndeploy < build: helm upgrade, helm test",
                "adds job lint; adds `helm test` in job deploy",
            ),
            (
                "build: npm run build\nlint: yamllint\ndeploy < build: helm upgrade",
                "make: npm run build\nship < make: helm upgrade",
                "lacks job lint",
            ),
            // Two jobs that do the same are one class on one side; both are there all the same.
            (
                "mac: acme/cmake-action, acme/ctest-action\nwindows: acme/cmake-action",
                "mac: acme/cmake-action\nwindows: acme/cmake-action",
                "lacks step ctest-action in job mac",
            ),
            (
                "mac: acme/cmake-action\nwindows: acme/cmake-action",
                "mac: acme/cmake-action\nwindows: acme/cmake-action, acme/ctest-action",
                "adds step ctest-action in job windows",
            ),
            (
                "build: npm run build\nlint: yamllint, npm run lint\ndeploy < build: helm upgrade",
                "build: npm run build, yamllint\nlint: npm run lint\ndeploy < build: helm upgrade",
                "has `yamllint` in job build, not in job lint",
            ),
            (
                "all: call acme/ci/.github/workflows/build.yml",
                "all: call other/ci/.github/workflows/build.yml",
                "calls other/ci/.github/workflows/build.yml instead of acme/ci/.github/workflows/build.yml",
            ),
        ] {
            assert_eq!(told((canonical, ""), (member, "")), expected, "{member}");
        }
    }

    #[test]
    fn versions_come_last_and_those_of_one_repository_together() {
        let ci = "build: actions/checkout, actions/setup-node, npm test";
        assert_eq!(
            told(
                (
                    ci,
                    "actions/checkout@v4 actions/setup-node@v4 github/codeql-action/init@v3 github/codeql-action/analyze@v3"
                ),
                (
                    "build: actions/checkout, actions/setup-node, npm test, npm run lint",
                    "actions/checkout@v4 actions/setup-node@v3 github/codeql-action/init@v2 github/codeql-action/analyze@v2",
                ),
            ),
            "adds `npm run lint`; codeql-action v2 instead of v3; setup-node v3 instead of v4"
        );
        assert_eq!(told((ci, "actions/checkout@v4"), (ci, "actions/setup-node@v3")), "");
    }

    #[test]
    fn names() {
        for (identity, expected) in [
            ("actions/cache", "cache"),
            ("azure/login", "azure/login"),
            ("docker/build-push-action", "build-push-action"),
            ("terraform-docs/gh-actions", "terraform-docs/gh-actions"),
            ("github/codeql-action/init", "codeql-action/init"),
            ("acme/workflows/.github/workflows/build.yml", "workflows/build.yml"),
            ("./.github/actions/setup", "./.github/actions/setup"),
            ("docker://docker.io/library/alpine", "docker://docker.io/library/alpine"),
            ("server:infra/build", "server:infra/build"),
            ("${{}}", "something unknown"),
        ] {
            assert_eq!(short(identity), expected);
        }
        assert!(GENERIC.is_sorted());
    }

    #[test]
    fn the_rest_is_counted() {
        let words = |n: usize| (0..n).map(|it| it.to_string()).collect::<Vec<_>>();
        assert_eq!(capped(words(3), 3).join(" "), "0 1 2");
        assert_eq!(capped(words(5), 3).join(" "), "0 1 2 and 2 more");
    }
}
