//! How long does it take to cluster 50,000 pipelines, and how much memory?
//!
//! `just bench-clusters [PIPELINES]`. Made-up pipelines of some kinds, as organisations have them: each kind is copied many
//! times, with other names, and with steps added, left out and replaced; a tenth are written from scratch. Timed are what
//! a scan does with them: job graphs and tokens, then clusters. Keep a run that says something in
//! `benches/runs/<date>-<machine>.md`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures, and reads from Linux how much memory it took"
)]

use std::collections::BTreeMap;
use std::time::Instant;

use levelset::facts::Context;
use levelset::pipeline::cluster::{Item, Threshold, near};
use levelset::pipeline::effective::effective;
use levelset::pipeline::shape::Graph;
use levelset::pipeline::{Command, Fingerprint, Job, Pipeline, Role, Step, System};
use levelset::rules::Rules;
use levelset::source::Location;

fn main() {
    // Cargo passes `--bench` too.
    let n_pipelines: usize = std::env::args().skip(1).find_map(|it| it.parse().ok()).unwrap_or(50_000);
    let tables = Rules::load(None).unwrap().tables;
    let pipelines = generated(n_pipelines);
    let before = memory();

    let began = Instant::now();
    let mut structures: BTreeMap<Fingerprint, Item> = BTreeMap::new();
    for pipeline in &pipelines {
        let graph = Graph::of(&effective(pipeline, &|_, _| None), &tables.steps);
        let new = || Item { id: graph.structure, tokens: graph.tokens(&tables.pipelines.weights), count: 0 };
        structures.entry(graph.structure).or_insert_with(new).count += 1;
    }
    let read = began.elapsed();
    let items: Vec<Item> = structures.into_values().collect();
    let n_tokens: usize = items.iter().map(|it| it.tokens.len()).sum();

    let began = Instant::now();
    let clusters = near(&items, Threshold::of(tables.pipelines.near));
    let clustered = began.elapsed();

    let count = |members: &[usize]| members.iter().map(|it| items[*it].count).sum::<u32>();
    let largest = clusters.iter().map(|it| count(&it.members)).max().unwrap_or(0);
    println!("{n_pipelines} pipelines, {} structures, {n_tokens} tokens", items.len());
    println!("graphs and tokens {read:8.0?}");
    println!("clusters          {clustered:8.0?}   {} of them, the largest of {largest} pipelines", clusters.len());
    println!("memory: pipelines {before} MiB, at most {} MiB", memory());
}

/// The most memory that this process has taken, in MiB; 0 where the system doesn't say.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// A sequence of numbers that is the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    /// Small numbers are more likely: what everybody uses, everybody uses.
    fn common(&mut self, n: usize) -> usize {
        let widest = self.below(n) + 1;
        let wide = self.below(widest) + 1;
        self.below(wide)
    }
}

fn step(numbers: &mut Numbers) -> Step {
    match numbers.below(10) {
        0..5 => Step::Use(format!("vendor{}/action-{}", numbers.common(60), numbers.common(400))),
        5..9 => Step::Run(vec![Command {
            tool: format!("tool{}", numbers.common(200)),
            verb: format!("verb{}", numbers.common(8)),
        }]),
        _ => Step::Call(format!("acme/workflows/{}.yml", numbers.common(80))),
    }
}

fn jobs(numbers: &mut Numbers) -> Vec<Job> {
    let n_jobs = 1 + numbers.common(6);
    let job = |numbers: &mut Numbers, index: usize| {
        let needs = (0..index).filter(|_| numbers.below(3) == 0).map(|it| format!("job{it}")).collect();
        let n_steps = 3 + numbers.below(10);
        let steps = (0..n_steps).map(|_| step(numbers)).collect();
        Job { id: format!("job{index}"), needs, steps, ..Job::default() }
    };
    (0..n_jobs).map(|index| job(numbers, index)).collect()
}

/// Kinds of pipelines are copied the more often the earlier they come.
fn generated(n: usize) -> Vec<Pipeline> {
    let mut numbers = Numbers(7);
    let kinds: Vec<Vec<Job>> = (0..(n / 40).max(1)).map(|_| jobs(&mut numbers)).collect();
    let mut pipelines = Vec::with_capacity(n);
    for number in 0..n {
        let jobs = match numbers.below(10) {
            0 => jobs(&mut numbers),
            _ => {
                let kind = numbers.common(kinds.len());
                let mut copy = kinds[kind].clone();
                for _ in 0..numbers.common(6) {
                    let at = numbers.below(copy.len());
                    let steps = &mut copy[at].steps;
                    let place = numbers.below(steps.len().max(1));
                    match numbers.below(3) {
                        0 => steps.insert(place, step(&mut numbers)),
                        1 if steps.len() > 1 => {
                            steps.remove(place);
                        }
                        _ => steps[place] = step(&mut numbers),
                    }
                }
                copy
            }
        };
        pipelines.push(Pipeline {
            at: Location::whole_file(&format!("{number}.yml").into()),
            system: System::GithubActions,
            name: String::new(),
            triggers: ["push".to_owned()].into(),
            role: Role::Pipeline,
            jobs,
            parts: Vec::new(),
            stages: Vec::new(),
            exact: Fingerprint(number as u128),
            context: Context::Production,
        });
    }
    pipelines
}
