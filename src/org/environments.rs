//! Manifests that are written out once for each environment, where an overlay or a chart would say what differs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::facts::{Context, Facts, Managed, Object};
use crate::org::copies::CopyCluster;
use crate::paths::folder_of;

/// Words for environments in names of files, folders and objects; sorted.
const WORDS: &[&str] = &[
    "acc",
    "acceptance",
    "demo",
    "dev",
    "develop",
    "development",
    "int",
    "integration",
    "ithc",
    "live",
    "nft",
    "nonprod",
    "perf",
    "perftest",
    "prd",
    "pre",
    "preprod",
    "preproduction",
    "preview",
    "prod",
    "production",
    "qa",
    "sandbox",
    "sbox",
    "sit",
    "stage",
    "staging",
    "stg",
    "test",
    "tst",
    "uat",
];

/// How many letters the longest of [`WORDS`] may have.
const LONGEST: usize = 16;

/// [`WORDS`] as numbers, which are compared in one step.
const NUMBERS: [u128; WORDS.len()] = {
    let mut numbers = [0; WORDS.len()];
    let mut at = 0;
    while at < WORDS.len() {
        numbers[at] = number_of(WORDS[at].as_bytes());
        at += 1;
    }
    numbers
};

/// How long the words are that begin with each letter, a bit for each length. Nearly no word of a path is like one of them.
const LENGTHS: [u32; 32] = {
    let mut lengths = [0; 32];
    let mut at = 0;
    while at < WORDS.len() {
        let word = WORDS[at].as_bytes();
        lengths[(word[0] & 31) as usize] |= 1 << word.len();
        at += 1;
    }
    lengths
};

/// A word of up to [`LONGEST`] letters as a number, whatever their case; numbers are in the order of their words.
const fn number_of(word: &[u8]) -> u128 {
    let mut letters = [0; LONGEST];
    let mut at = 0;
    while at < word.len() && at < LONGEST {
        letters[at] = word[at].to_ascii_lowercase();
        at += 1;
    }
    u128::from_be_bytes(letters)
}

/// Groups and kinds of objects that run containers; sorted.
const WORKLOADS: &[(&str, &str)] = &[
    ("", "Pod"),
    ("", "ReplicationController"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("argoproj.io", "Rollout"),
    ("batch", "CronJob"),
    ("batch", "Job"),
    ("extensions", "DaemonSet"),
    ("extensions", "Deployment"),
    ("serving.knative.dev", "Service"),
];

/// Groups and kinds of objects that only tell a controller what to deliver, from where: one for each environment is how
/// they are meant; sorted. The groups of Flux are known by how they end.
const DELIVERIES: &[(&str, &str)] = &[
    ("argoproj.io", "AppProject"),
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("fleet.cattle.io", "Bundle"),
    ("fleet.cattle.io", "GitRepo"),
    ("helm.cattle.io", "HelmChart"),
];

/// The end of all groups of Flux.
const FLUX: &str = ".toolkit.fluxcd.io";

/// How many of ten objects that either of two sets declares both have to.
const OF_TEN: usize = 9;

/// What a set of manifests declares: each different group, kind and name without the environment, by its number in
/// [`Declarations`]; sorted.
type Declared = Vec<usize>;

/// Files or folders that lie side by side and whose names differ in the environment only: the path of each, with the
/// environment and its objects by their numbers in [`Facts::objects`].
type Siblings<'f> = BTreeMap<&'f str, (&'static str, Vec<usize>)>;

/// Finds the sets of manifests that are copies per environment: side by side, their names one name with the word of an
/// environment in it, at least two environments, and nine of ten objects the same by group, kind and name without such
/// words. One object is enough where it runs containers. What a chart, a kustomization or a controller keeps is none,
/// nor is what lies beside a kustomization. The names of tenants are no words for environments: folders of one shape
/// are no copies for it.
///
/// Each copy's place is that of its first object.
pub(super) fn manifests(facts: &[Facts]) -> Vec<CopyCluster> {
    let mut found: Vec<CopyCluster> = facts.iter().enumerate().flat_map(|(repo, it)| of_one(repo, it)).collect();
    found.sort_by(|a, b| b.places.len().cmp(&a.places.len()).then_with(|| a.places.cmp(&b.places)));
    found
}

fn of_one(repo: usize, facts: &Facts) -> Vec<CopyCluster> {
    let by_pattern = by_pattern(facts);
    if by_pattern.is_empty() {
        return Vec::new();
    }
    let kustomized: BTreeSet<&str> =
        facts.uses.iter().filter(|it| it.is_of_kustomization()).map(|it| folder_of(&it.at.path)).collect();
    let mut declarations = Declarations::of(&facts.objects);
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for (pattern, mut siblings) in by_pattern {
        let parent = folder_of(&pattern);
        siblings.retain(|path, _| !is_at_or_below(path, &taken));
        if siblings.len() < 2 || kustomized.contains(parent) || siblings.keys().any(|it| has_below(it, &kustomized)) {
            continue;
        }
        for group in declarations.alike(&siblings) {
            taken.extend(&group);
            let places = |path: &str| siblings[path].1.iter().map(|it| &facts.objects[*it].at);
            let first = |path: &&str| places(path).min().map(|at| (repo, at.clone()));
            let places = group.iter().filter_map(first).collect();
            found.push(CopyCluster { what: pattern.clone(), places, repositories: 1 });
        }
    }
    found
}

/// The siblings of each path with `*` in the place of an environment, where there are several. A folder tells of all
/// that lies in it, so what lies above goes first.
fn by_pattern(facts: &Facts) -> Vec<(String, Siblings<'_>)> {
    let raw = |it: &Object| it.context == Context::Production && it.managed == Managed::Raw;
    // Objects of one file lie side by side.
    let mut files: Vec<(&str, Range<usize>)> = Vec::new();
    let mut first = 0;
    for of_file in facts.objects.chunk_by(|a, b| a.at.path == b.at.path) {
        let numbers = first..first + of_file.len();
        first = numbers.end;
        if let Some(object) = of_file.iter().find(|it| raw(it)) {
            files.push((&object.at.path, numbers));
        }
    }
    files.sort_by_key(|(path, _)| *path);
    let mut numbers: FxHashMap<String, usize> = FxHashMap::default();
    let mut all: Vec<Siblings<'_>> = Vec::new();
    // Of the folder that the last file lies in, and those around it: which siblings each is one of, where its name ends,
    // and its environment.
    let mut around: (&str, Vec<(usize, usize, &'static str)>) = ("", Vec::new());
    for (path, objects) in files {
        let folder = folder_of(path);
        let mut member_of = |(start, end): (usize, usize)| {
            let found = patterns(path, start, end).map(|(pattern, environment)| {
                let number = *numbers.entry(pattern).or_insert_with(|| {
                    all.push(Siblings::new());
                    all.len() - 1
                });
                (number, end, environment)
            });
            found.collect::<Vec<_>>()
        };
        if around.0 != folder {
            around = (folder, names(folder).flat_map(&mut member_of).collect());
        }
        let from = if folder.is_empty() { 0 } else { folder.len() + 1 };
        let of_file = member_of((from, path.len()));
        for (number, end, environment) in around.1.iter().chain(&of_file) {
            let (_, member) = all[*number].entry(&path[..*end]).or_insert_with(|| (environment, Vec::new()));
            member.extend(objects.clone().filter(|it| raw(&facts.objects[*it])));
        }
    }
    let patterns = numbers.into_iter().map(|(pattern, number)| (pattern, std::mem::take(&mut all[number])));
    let mut several: Vec<(String, Siblings<'_>)> = patterns.filter(|(_, it)| it.len() > 1).collect();
    several.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    several.sort_by_cached_key(|(pattern, _)| pattern.matches('/').count());
    several
}

/// Numbers for what objects declare, so that sets of them are compared by numbers.
struct Declarations<'f> {
    objects: &'f [Object],
    /// The number of each object, which lies in several folders; none for what only tells a controller what to deliver.
    known: Vec<Option<Option<usize>>>,
    /// By group, kind and name without the environment.
    numbers: FxHashMap<(&'f str, &'f str, Cow<'f, str>), usize>,
    /// Whether each is a workload.
    runs: Vec<bool>,
}

impl<'f> Declarations<'f> {
    fn of(objects: &'f [Object]) -> Self {
        Declarations { objects, known: vec![None; objects.len()], numbers: FxHashMap::default(), runs: Vec::new() }
    }

    /// Groups siblings that declare the same, for at least two environments.
    fn alike(&mut self, siblings: &Siblings<'f>) -> Vec<Vec<&'f str>> {
        let mut groups: Vec<Vec<(&'f str, Declared)>> = Vec::new();
        for (path, (_, objects)) in siblings {
            let declared = self.declared(objects);
            if declared.len() < 2 && !declared.iter().any(|it| self.runs[*it]) {
                continue;
            }
            match groups.iter_mut().find(|group| group.iter().all(|(_, it)| are_alike(it, &declared))) {
                Some(group) => group.push((path, declared)),
                None => groups.push(vec![(path, declared)]),
            }
        }
        let groups = groups.into_iter().map(|group| group.into_iter().map(|(path, _)| path).collect::<Vec<_>>());
        let environments = |group: &[&str]| group.iter().map(|it| siblings[it].0).collect::<BTreeSet<_>>().len();
        groups.filter(|it| environments(it) > 1).collect()
    }

    fn declared(&mut self, objects: &[usize]) -> Declared {
        let mut declared: Declared = objects.iter().filter_map(|it| self.number(*it)).collect();
        declared.sort_unstable();
        declared.dedup();
        declared
    }

    fn number(&mut self, at: usize) -> Option<usize> {
        if let Some(number) = self.known[at] {
            return number;
        }
        let object = &self.objects[at];
        let (group, kind) = (object.group.as_str(), object.kind.as_str());
        let delivers = group.ends_with(FLUX) || DELIVERIES.binary_search(&(group, kind)).is_ok();
        let number = (!delivers).then(|| {
            *self.numbers.entry((group, kind, without_environment(&object.name))).or_insert_with(|| {
                self.runs.push(WORKLOADS.binary_search(&(group, kind)).is_ok());
                self.runs.len() - 1
            })
        });
        self.known[at] = Some(number);
        number
    }
}

/// Whether both have at least nine of ten of what either has.
fn are_alike(a: &[usize], b: &[usize]) -> bool {
    // The larger alone can be too large already.
    let is_enough = |both: usize, either: usize| both * 10 >= either * OF_TEN;
    if !is_enough(a.len().min(b.len()), a.len().max(b.len())) {
        return false;
    }
    let both = a.iter().filter(|it| b.binary_search(it).is_ok()).count();
    is_enough(both, a.len() + b.len() - both)
}

/// Where each name in a path begins and ends: of the folders, then of the file.
fn names(path: &str) -> impl Iterator<Item = (usize, usize)> {
    memchr::memchr_iter(b'/', path.as_bytes()).chain([path.len()]).scan(0, |start, end| {
        let name = (*start, end);
        *start = end + 1;
        Some(name)
    })
}

/// The paths that one name in a path stands for, with `*` in the place of an environment, and which that is.
fn patterns(path: &str, start: usize, end: usize) -> impl Iterator<Item = (String, &'static str)> {
    words(&path[start..end]).filter_map(move |(at, word)| {
        let environment = environment(word)?;
        let rest = &path[start + at + word.len()..end];
        // One file may be `.yaml` and the next `.yml`.
        let (rest, extension) = rest.strip_suffix(".yml").map_or((rest, ""), |rest| (rest, ".yaml"));
        Some(([&path[..start + at], "*", rest, extension].concat(), environment))
    })
}

/// The words of a name and where they begin.
fn words(name: &str) -> impl Iterator<Item = (usize, &str)> {
    name.as_bytes().split(|it| matches!(it, b'-' | b'_' | b'.')).scan(0, |at, word| {
        let here = *at;
        *at += word.len() + 1;
        Some((here, &name[here..here + word.len()]))
    })
}

/// The environment that a word means: `dev`, and so `Dev`, `dev2` and `dev01`.
pub(super) fn environment(word: &str) -> Option<&'static str> {
    let n_digits = word.bytes().rev().take_while(u8::is_ascii_digit).count();
    let letters = &word[..word.len() - n_digits];
    let first = *letters.as_bytes().first()?;
    if letters.len() > LONGEST || n_digits > 2 || LENGTHS[usize::from(first & 31)] & 1 << letters.len() == 0 {
        return None;
    }
    let found = NUMBERS.binary_search(&number_of(letters.as_bytes())).ok().map(|at| WORDS[at]);
    // Zeros behind a word leave its number as it is.
    found.filter(|it| it.len() == letters.len())
}

/// The name of an object without the words for environments in it.
fn without_environment(name: &str) -> Cow<'_, str> {
    // Whatever parts its words, a dash does here.
    if !name.contains(['_', '.']) && words(name).all(|(_, word)| environment(word).is_none()) {
        return Cow::Borrowed(name);
    }
    let kept: Vec<&str> = words(name).map(|(_, word)| word).filter(|it| environment(it).is_none()).collect();
    Cow::Owned(kept.join("-"))
}

fn is_at_or_below(path: &str, folders: &BTreeSet<&str>) -> bool {
    folders.contains(path) || path.match_indices('/').any(|(at, _)| folders.contains(&path[..at]))
}

/// Whether a folder is one of these, or has one of them in it.
fn has_below(folder: &str, folders: &BTreeSet<&str>) -> bool {
    let is_it = |it: &&str| it.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    // Between a folder and what lies in it names such as `dev-old` may be sorted.
    folders.range(folder..).take_while(|it| it.starts_with(folder)).any(is_it)
}

#[cfg(test)]
mod tests {
    use super::{DELIVERIES, LONGEST, WORDS, WORKLOADS, environment, manifests, without_environment};
    use crate::facts::{Artifact, Context, Facts, Managed, Object, RepoFacts, Use};
    use crate::origin::{Origin, Pin, Version};
    use crate::source::Location;

    /// Objects as `path group/kind/name`; the core group is empty.
    fn repository(objects: &[&str]) -> Facts {
        let mut facts = Facts::new(RepoFacts { identity: None, ..RepoFacts::acme("shop") });
        facts.objects.extend(objects.iter().map(|it| {
            let (path, object) = it.split_once(' ').unwrap();
            let mut parts = object.split('/').map(str::to_owned);
            let mut part = || parts.next().unwrap();
            Object {
                at: Location::whole_file(&path.into()),
                group: part(),
                version: "v1".to_owned(),
                kind: part(),
                name: part(),
                namespace: None,
                managed: Managed::Raw,
                traits: [].into(),
                context: Context::Production,
            }
        }));
        facts
    }

    /// What is found, as `path×copies`.
    fn found(facts: Facts) -> Vec<String> {
        manifests(&[facts]).iter().map(|it| format!("{}×{}", it.what, it.places.len())).collect()
    }

    #[test]
    fn what_is_copied_per_environment() {
        let (app, service) = ("apps/Deployment", "/Service");
        let cases: [(&str, Vec<String>, &[&str]); 13] = [
            (
                "folders",
                ["k8s/dev", "k8s/prod", "k8s/UAT"].map(|it| format!("{it}/app.yaml {app}/shop")).into(),
                &["k8s/*×3"],
            ),
            (
                "files, and names with the environment",
                vec![format!("deploy-dev.yaml {app}/shop-dev"), format!("deploy-prod.yml {app}/shop-prod")],
                &["deploy-*.yaml×2"],
            ),
            (
                "one object of no workload says little",
                vec![format!("a-dev.yaml {service}/shop"), format!("a-prod.yaml {service}/shop")],
                &[],
            ),
            (
                "two of them are enough",
                ["dev/a.yaml", "dev/b.yaml", "prod/a.yaml", "prod/b.yaml"]
                    .map(|it| format!("{it} {service}/{}", &it[it.len() - 6..]))
                    .into(),
                &["*×2"],
            ),
            (
                "tenants are no environments",
                vec![format!("tenants/red/a.yaml {app}/shop"), format!("tenants/blue/a.yaml {app}/shop")],
                &[],
            ),
            ("nor are numbers", vec![format!("test-1.yaml {app}/shop"), format!("test-2.yaml {app}/shop")], &[]),
            (
                "other objects are no copy",
                vec![format!("dev/a.yaml {app}/shop"), format!("prod/a.yaml {app}/till")],
                &[],
            ),
            (
                "nor is half of them",
                vec![
                    format!("dev/a.yaml {app}/shop"),
                    format!("dev/b.yaml {service}/shop"),
                    format!("prod/a.yaml {app}/shop"),
                ],
                &[],
            ),
            (
                "one name: another app is another set",
                vec![
                    format!("shop-dev/a.yaml {app}/web"),
                    format!("shop-prod/a.yaml {app}/web"),
                    format!("till-dev/a.yaml {app}/web"),
                ],
                &["shop-*×2"],
            ),
            (
                "what lies within a copy is told by it",
                ["dev/shop-dev.yaml", "dev/shop-test.yaml", "prod/shop-dev.yaml", "prod/shop-test.yaml"]
                    .map(|it| format!("{it} {app}/shop"))
                    .into(),
                &["*×2"],
            ),
            (
                "an application for each environment is how they are meant",
                vec![
                    "dev.yaml argoproj.io/Application/shop-dev".to_owned(),
                    "dev.yaml argoproj.io/Application/till-dev".to_owned(),
                    "prod.yaml argoproj.io/Application/shop-prod".to_owned(),
                    "prod.yaml argoproj.io/Application/till-prod".to_owned(),
                ],
                &[],
            ),
            (
                "nine of ten",
                (0..10)
                    .map(|n| format!("dev/a.yaml {service}/s{n}a"))
                    .chain((0..9).map(|n| format!("prod/a.yaml {service}/s{n}a")))
                    .collect(),
                &["*×2"],
            ),
            (
                "eight of nine",
                (0..9)
                    .map(|n| format!("dev/a.yaml {service}/s{n}a"))
                    .chain((0..8).map(|n| format!("prod/a.yaml {service}/s{n}a")))
                    .collect(),
                &[],
            ),
        ];
        for (case, objects, expected) in cases {
            let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
            assert_eq!(found(repository(&objects)), expected, "{case}");
        }
    }

    #[test]
    fn what_is_kept_by_others_or_lies_beside_a_kustomization() {
        let objects = ["k8s/dev/app.yaml apps/Deployment/shop", "k8s/prod/app.yaml apps/Deployment/shop"];
        for managed in [Managed::Chart, Managed::Kustomize, Managed::Gitops, Managed::Tool] {
            let mut facts = repository(&objects);
            facts.objects[1].managed = managed;
            assert_eq!(found(facts), [""; 0], "{managed:?}");
        }
        for context in [Context::Test, Context::Example, Context::Generated] {
            let mut facts = repository(&objects);
            facts.objects[1].context = context;
            assert_eq!(found(facts), [""; 0], "{context:?}");
        }
        for (path, expected) in [
            ("k8s/kustomization.yaml", vec![]),
            ("k8s/prod/kustomization.yaml", vec![]),
            ("k8s/prod/more/kustomization.yaml", vec![]),
            ("k8s/prod-old/kustomization.yaml", vec!["k8s/*×2"]),
            ("kustomization.yaml", vec!["k8s/*×2"]),
            // What an application of Argo CD names is kept there, not here.
            ("k8s/prod/application.yaml", vec!["k8s/*×2"]),
        ] {
            let mut facts = repository(&objects);
            facts.uses.push(Use {
                at: Location::whole_file(&path.into()),
                artifact: Artifact::KustomizeBase,
                written: "other".to_owned(),
                origin: Origin::Local { path: "other".to_owned() },
                version: Version::only(Pin::SameCommit),
                context: Context::Production,
                via: None,
            });
            assert_eq!(found(facts), expected, "{path}");
        }
    }

    #[test]
    fn words_for_environments() {
        for (word, expected) in [
            ("dev", Some("dev")),
            ("Prod", Some("prod")),
            ("dev01", Some("dev")),
            ("dev2024", None),
            ("device", None),
            ("", None),
            ("01", None),
        ] {
            assert_eq!(environment(word), expected, "{word}");
        }
        for (name, expected) in
            [("shop-dev", "shop"), ("dev.shop.prod2", "shop"), ("shop_web", "shop-web"), ("dev", "")]
        {
            assert_eq!(without_environment(name), expected, "{name}");
        }
    }

    #[test]
    fn tables_are_sorted() {
        assert!(WORDS.is_sorted() && WORDS.iter().all(|it| it.len() <= LONGEST));
        assert!(WORKLOADS.is_sorted());
        assert!(DELIVERIES.is_sorted());
    }
}
