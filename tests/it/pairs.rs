//! `testdata/pipelines/pairs.tsv`: pairs of pipelines in `testdata/pipelines/files/<repository>/`, labelled by hand. Near
//! clusters at the default threshold must put together what is `same` or `near`, and nothing that is `different`.
//!
//! Labels are what a reviewer would say; they are never changed to what a run says. Precision and recall are printed, with
//! every pair that is told wrong, so that the figures can be believed.

#![expect(clippy::disallowed_methods, reason = "a harness that reads testdata")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;

use levelset::facts::{Facts, Identity, RepoFacts};
use levelset::org;
use levelset::pipeline::{Fingerprint, Role};
use levelset::rules::Rules;

use crate::extract::{facts_in, folders, repo};

/// What must hold at least of both precision and recall.
const BOUND: f64 = 0.95;

#[test]
fn near_clusters_are_what_people_call_copies() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pipelines");
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let facts = |folder: &Path| -> Facts {
        let identity = Identity { host: "github.com".to_owned(), owner: "acme".to_owned(), name: name(folder) };
        facts_in(folder, RepoFacts { identity: Some(identity), ..repo(&name(folder)) })
    };
    let facts: Vec<Facts> = folders(&root.join("files")).iter().map(|it| facts(it)).collect();
    let org = org::link(facts, &Rules::load(None).unwrap().tables);
    // The cluster, the structure and the system of each pipeline, by its path below `files/`.
    let mut pipelines: BTreeMap<String, (usize, Fingerprint, &str)> = BTreeMap::new();
    for (cluster, it) in org.genome.near.iter().enumerate() {
        for &(repo, number) in &it.members {
            let (repo, view) = (&org.repos[repo], &org.repos[repo].pipelines[number]);
            let pipeline = &repo.facts.pipelines[number];
            let path = format!("{}/{}", repo.facts.repo.folder, pipeline.at.path);
            let it = (cluster, view.shape.structure, pipeline.system.id());
            assert_eq!(pipelines.insert(path.clone(), it), None, "{path} holds several pipelines");
        }
    }
    let text = fs::read_to_string(root.join("pairs.tsv")).unwrap();
    let (mut told, mut wrong, mut problems) = ([[0_usize; 2]; 3], Vec::new(), Vec::new());
    let mut systems: BTreeMap<&str, usize> = BTreeMap::new();
    let mut paired: BTreeSet<&str> = BTreeSet::new();
    for (number, line) in text.lines().enumerate().filter(|(_, it)| !it.is_empty() && !it.starts_with('#')) {
        let [a, b, label, why] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("pairs.tsv:{}: a pair, its label and why, parted by tabs", number + 1)
        };
        let label = ["same", "near", "different"].iter().position(|it| *it == label).unwrap();
        let (Some(x), Some(y)) = (pipelines.get(a), pipelines.get(b)) else {
            problems.push(format!("pairs.tsv:{}: {a} or {b} is no pipeline that runs", number + 1));
            continue;
        };
        paired.extend([a, b]);
        for system in BTreeSet::from([x.2, y.2]) {
            *systems.entry(system).or_default() += 1;
        }
        let together = x.0 == y.0;
        told[label][usize::from(together)] += 1;
        if together != (label < 2) {
            let told = if together { "together" } else { "apart" };
            wrong.push(format!("{told}: {a} and {b} ({why})"));
        } else if label == 0 && x.1 != y.1 {
            wrong.push(format!("together, but of two structures: {a} and {b} ({why})"));
        }
    }
    let [[same_apart, same], [near_apart, near], [apart, different_together]] = told;
    let (hits, misses) = (same + near, same_apart + near_apart);
    let precision = hits as f64 / (hits + different_together) as f64;
    let recall = hits as f64 / (hits + misses) as f64;
    let systems: Vec<String> = systems.iter().map(|(system, n)| format!("{system} {n}")).collect();
    // Not by `println!`: that shows only where a test fails.
    let report = format!(
        "\npairs: {} of {}: same {}, near {}, different {}\n  precision {precision:.3}, recall {recall:.3}\n{}",
        hits + misses + apart + different_together,
        systems.join(", "),
        same + same_apart,
        near + near_apart,
        apart + different_together,
        wrong.iter().map(|it| format!("  {it}\n")).collect::<String>(),
    );
    std::io::stdout().write_all(report.as_bytes()).unwrap();
    // Every file is there for a pair, but for templates that others call.
    for it in &org.repos {
        for pipeline in it.facts.pipelines.iter().filter(|it| it.role != Role::Template) {
            let path = format!("{}/{}", it.facts.repo.folder, pipeline.at.path);
            if !paired.contains(path.as_str()) {
                problems.push(format!("{path} is in no pair"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(precision >= BOUND && recall >= BOUND, "{report}");
}
