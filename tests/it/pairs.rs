//! `testdata/pipelines/`: pairs of the pipelines in `files/<repository>/`, labelled by hand.
//!
//! - `pairs.tsv`: near clusters at the default threshold must put together what is `same` or `near`, and nothing that is
//!   `different`.
//! - `across.tsv`: pipelines of two CI systems; what is `alike` must have one skeleton, what is `unlike` must not.
//!
//! A pipeline is named by its path; where a file holds several, by its path, `#` and the name it gives itself. Labels are
//! what a reviewer would say; they are never changed to what a run says. Precision and recall are printed, with every pair
//! that is told wrong, so that the figures can be believed.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a harness that reads testdata")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use levelset::facts::{Facts, Identity, RepoFacts};
use levelset::org::{self, Org};
use levelset::pipeline::{Fingerprint, Role};
use levelset::rules::Rules;

use crate::extract::{facts_in, folders, repo};

/// What must hold at least of both precision and recall, over all pairs.
const BOUND: f64 = 0.95;

/// What must hold at least of both across systems, of which there are few pairs: one of fourteen may be missed.
const ACROSS: f64 = 0.92;

/// One pipeline, as pairs compare it.
struct Seen {
    system: &'static str,
    /// Its near cluster. None for a pipeline of which no step says what it does.
    cluster: Option<usize>,
    structure: Fingerprint,
    skeleton: Fingerprint,
    stages: String,
}

/// How pairs were told apart.
#[derive(Clone, Copy, Default)]
struct Told {
    /// Together, as they should be.
    hits: usize,
    /// Apart, and should be together.
    misses: usize,
    /// Together, and should be apart.
    alarms: usize,
    /// Apart, as they should be.
    parted: usize,
}

impl Told {
    fn add(&mut self, should: bool, together: bool) {
        *match (should, together) {
            (true, true) => &mut self.hits,
            (true, false) => &mut self.misses,
            (false, true) => &mut self.alarms,
            (false, false) => &mut self.parted,
        } += 1;
    }

    fn precision(self) -> f64 {
        share(self.hits, self.hits + self.alarms)
    }

    fn recall(self) -> f64 {
        share(self.hits, self.hits + self.misses)
    }
}

/// Of nothing, nothing is wrong.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Told { hits, misses, alarms, parted } = self;
        let pairs = hits + misses + alarms + parted;
        write!(f, "{pairs:4} pairs, precision {:.3}, recall {:.3}", self.precision(), self.recall())
    }
}

/// One line of a table.
struct Pair<'a> {
    a: &'a str,
    b: &'a str,
    label: &'a str,
    why: &'a str,
}

fn pairs(text: &str) -> impl Iterator<Item = Pair<'_>> {
    text.lines().filter(|it| !it.is_empty() && !it.starts_with('#')).map(|line| {
        match line.split('\t').collect::<Vec<_>>()[..] {
            [a, b, label, why] => Pair { a, b, label, why },
            _ => panic!("{line:?}: a pair, its label and why, parted by tabs"),
        }
    })
}

fn linked(root: &Path) -> Org {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let facts = |folder: &Path| -> Facts {
        let identity = Identity { host: "github.com".to_owned(), owner: "acme".to_owned(), name: name(folder) };
        facts_in(folder, RepoFacts { identity: Some(identity), ..repo(&name(folder)) })
    };
    let facts: Vec<Facts> = folders(&root.join("files")).iter().map(|it| facts(it)).collect();
    org::link(facts, &Rules::load(None).unwrap().tables)
}

/// All pipelines but for templates that only others call, by what pairs name them.
fn seen(org: &Org) -> BTreeMap<String, Seen> {
    let near = org.genome.near.iter().enumerate();
    let clusters: BTreeMap<(usize, usize), usize> =
        near.flat_map(|(cluster, it)| it.members.iter().map(move |place| (*place, cluster))).collect();
    let mut seen = BTreeMap::new();
    for (number, it) in org.repos.iter().enumerate() {
        for (pipeline, facts) in it.facts.pipelines.iter().enumerate() {
            let is_alone = it.facts.pipelines.iter().filter(|it| it.at.path == facts.at.path).count() == 1;
            let cluster = clusters.get(&(number, pipeline)).copied();
            if facts.role == Role::Template && cluster.is_none() {
                continue;
            }
            let mut path = format!("{}/{}", it.facts.repo.folder, facts.at.path);
            if !is_alone {
                path = format!("{path}#{}", facts.name);
            }
            let view = &it.pipelines[pipeline];
            let stages: Vec<&str> = view.stages.iter().map(|it| it.id()).collect();
            let (structure, skeleton) = (view.shape.structure, view.shape.skeleton);
            let it = Seen { system: facts.system.id(), cluster, structure, skeleton, stages: stages.join(", ") };
            assert!(seen.insert(path.clone(), it).is_none(), "{path} names several pipelines");
        }
    }
    seen
}

#[test]
fn near_clusters_are_what_people_call_copies() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pipelines");
    let seen = seen(&linked(&root));
    let (text, across) = ["pairs.tsv", "across.tsv"].map(|it| fs::read_to_string(root.join(it)).unwrap()).into();
    let (mut all, mut alike, mut wrong, mut problems) = (Told::default(), Told::default(), Vec::new(), Vec::new());
    let mut systems: BTreeMap<&str, Told> = BTreeMap::new();
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    let mut paired: BTreeSet<&str> = BTreeSet::new();
    for Pair { a, b, label, why } in pairs(&text) {
        let (Some(x), Some(y)) = (seen.get(a), seen.get(b)) else {
            problems.push(format!("pairs.tsv: {a} or {b} is no pipeline that runs"));
            continue;
        };
        if x.system != y.system {
            problems.push(format!("pairs.tsv: {a} and {b} are of two systems, which are for across.tsv"));
        }
        paired.extend([a, b]);
        *labels.entry(label).or_default() += 1;
        let should = match label {
            "same" | "near" => true,
            "different" => false,
            _ => panic!("pairs.tsv: {label} is no label"),
        };
        let together = x.cluster.is_some() && x.cluster == y.cluster;
        all.add(should, together);
        systems.entry(x.system).or_default().add(should, together);
        if together != should {
            let told = if together { "together" } else { "apart" };
            wrong.push(format!("{told}: {a} and {b} ({why})"));
        } else if label == "same" && x.structure != y.structure {
            wrong.push(format!("together, but of two structures: {a} and {b} ({why})"));
        }
    }
    for Pair { a, b, label, why } in pairs(&across) {
        let (Some(x), Some(y)) = (seen.get(a), seen.get(b)) else {
            problems.push(format!("across.tsv: {a} or {b} is no pipeline that runs"));
            continue;
        };
        if x.system == y.system {
            problems.push(format!("across.tsv: {a} and {b} are of one system, which are for pairs.tsv"));
        }
        paired.extend([a, b]);
        let should = match label {
            "alike" => true,
            "unlike" => false,
            _ => panic!("across.tsv: {label} is no label"),
        };
        alike.add(should, x.skeleton == y.skeleton);
        if should != (x.skeleton == y.skeleton) {
            let told = if should { "told unlike" } else { "told alike" };
            wrong.push(format!("{told}: {a} ({}) and {b} ({}): {why}", x.stages, y.stages));
        }
        if x.cluster.is_some() && x.cluster == y.cluster {
            wrong.push(format!("of two systems, in one cluster: {a} and {b} ({why})"));
        }
    }
    let labels: Vec<String> = labels.iter().map(|(label, n)| format!("{label} {n}")).collect();
    let systems: String = systems.iter().map(|(system, told)| format!("  {system:15} {told}\n")).collect();
    let report = format!(
        "\npairs: {}\n{systems}  {:15} {all}\n  {:15} {alike}\n{}",
        labels.join(", "),
        "all",
        "across systems",
        wrong.iter().map(|it| format!("  {it}\n")).collect::<String>(),
    );
    // Not by `println!`: that shows only where a test fails.
    std::io::stdout().write_all(report.as_bytes()).unwrap();
    // Every file is there for a pair.
    problems.extend(seen.keys().filter(|it| !paired.contains(it.as_str())).map(|it| format!("{it} is in no pair")));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    for (told, bound) in [(all, BOUND), (alike, ACROSS)] {
        assert!(told.precision() >= bound && told.recall() >= bound, "{report}");
    }
}
