//! Which repositories the shared libraries of Jenkins lie in that pipelines name by what the server calls them, and who
//! uses which of their steps.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::{Artifact, Context, Facts};
use crate::org::full_name;
use crate::origin::Origin;
use crate::pipeline::System;

/// Where a library lies, as a configuration says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The host; absent where any will do.
    pub host: Option<String>,
    /// `owner/name`.
    pub full_name: String,
}

/// Where a library lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The repository's host.
    pub host: String,
    /// `owner/name`.
    pub full_name: String,
    /// The repository (index), where it was scanned.
    pub repo: Option<usize>,
    /// Nobody says so: it is the only scanned repository that offers a library.
    pub is_inferred: bool,
}

/// Providers by the names that the server knows libraries by.
#[derive(Debug, Default)]
pub struct Providers {
    by_name: BTreeMap<String, Provider>,
    /// The steps of each repository that offers some: their paths by their names.
    steps: BTreeMap<usize, FxHashMap<String, String>>,
}

/// Finds where libraries lie: where the configuration says so; else in the one scanned repository that offers such
/// steps, if there is exactly one. Where it is seen which steps of a library are called, it must offer one of them.
pub fn providers(facts: &[Facts], configured: &BTreeMap<String, Place>) -> Providers {
    let mut providers = Providers::default();
    for (repo, it) in facts.iter().enumerate() {
        let offers = it.offers.iter();
        let offers = offers.filter(|it| it.artifact == Artifact::JenkinsLibrary && it.context == Context::Production);
        let steps: FxHashMap<String, String> = offers.map(|it| (it.name.clone(), it.path.to_string())).collect();
        if !steps.is_empty() {
            providers.steps.insert(repo, steps);
        }
    }
    for (name, place) in configured {
        let is_it = |it: &Facts| {
            it.repo.identity.as_ref().is_some_and(|it| {
                place.host.as_ref().is_none_or(|host| host.eq_ignore_ascii_case(&it.host))
                    && full_name(it).eq_ignore_ascii_case(&place.full_name)
            })
        };
        let repo = facts.iter().position(is_it);
        let identity = repo.and_then(|it| facts[it].repo.identity.as_ref());
        let provider = Provider {
            host: match (identity, &place.host) {
                (Some(it), _) => it.host.clone(),
                (None, Some(host)) => host.clone(),
                (None, None) => "github.com".to_owned(),
            },
            full_name: identity.map_or_else(|| place.full_name.clone(), full_name),
            repo,
            is_inferred: false,
        };
        providers.by_name.insert(name.clone(), provider);
    }
    let mut offering = providers.steps.iter();
    if let (Some((&repo, offered)), None) = (offering.next(), offering.next())
        && let Some(identity) = &facts[repo].repo.identity
    {
        let mut inferred = Vec::new();
        for (name, called) in called_steps(facts) {
            if called.is_empty() || called.iter().any(|it| offered.contains_key(*it)) {
                let (host, full_name) = (identity.host.clone(), full_name(identity));
                inferred.push((name.to_owned(), Provider { host, full_name, repo: Some(repo), is_inferred: true }));
            }
        }
        for (name, provider) in inferred {
            providers.by_name.entry(name).or_insert(provider);
        }
    }
    providers
}

/// The libraries that only the server knows, and which of their steps are called where that can be told.
fn called_steps(facts: &[Facts]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut called: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for usage in facts.iter().flat_map(|it| &it.uses).filter(|it| it.artifact == Artifact::JenkinsLibrary) {
        if let Origin::ServerSide { name } = &usage.origin {
            called.entry(name).or_default();
        }
    }
    for pipeline in facts.iter().flat_map(|it| &it.pipelines).filter(|it| it.system == System::Jenkins) {
        for (names, step) in pipeline.calls().filter_map(step_of_server) {
            if let Some(steps) = called.get_mut(names) {
                steps.insert(step);
            }
        }
    }
    called
}

/// The names of libraries, parted by `|`, and the step of `server:names/step`.
fn step_of_server(call: &str) -> Option<(&str, &str)> {
    call.strip_prefix("server:")?.rsplit_once('/')
}

/// Whether a call is one of something that the server is known to have, by a name in the file.
pub fn is_server_side(call: &str) -> bool {
    step_of_server(call).is_some_and(|(names, _)| names.split('|').any(|it| it != "?"))
}

impl Providers {
    /// Where the library lies that the server knows by this name.
    pub fn get(&self, name: &str) -> Option<&Provider> {
        self.by_name.get(name)
    }

    /// The names of libraries that lie in scanned repositories, with the steps that are offered there: their paths.
    pub fn steps(&self) -> impl Iterator<Item = (&str, usize, &FxHashMap<String, String>)> {
        self.by_name.iter().filter_map(|(name, it)| {
            let repo = it.repo?;
            Some((name.as_str(), repo, self.steps.get(&repo)?))
        })
    }

    /// The scanned repository, the library's name and the step's path that a call names: of several libraries the first
    /// that has the step.
    pub fn find(&self, call: &str) -> Option<(usize, &str)> {
        let (names, step) = step_of_server(call)?;
        names.split('|').find_map(|name| {
            let repo = self.get(name)?.repo?;
            let path = self.steps.get(&repo)?.get(step)?;
            Some((repo, path.as_str()))
        })
    }

    /// The steps that pipelines in production call of other scanned repositories: the calling repository, the use of a
    /// library in the same file, the offering repository, and the step's path there. Each once for a file.
    pub fn step_users<'s>(&'s self, facts: &'s [Facts]) -> BTreeSet<(usize, usize, usize, &'s str)> {
        let mut found = BTreeSet::new();
        for (user, it) in facts.iter().enumerate() {
            let mut uses: FxHashMap<&str, usize> = FxHashMap::default();
            for (number, usage) in it.uses.iter().enumerate() {
                if usage.artifact == Artifact::JenkinsLibrary && usage.context == Context::Production {
                    uses.entry(&usage.at.path).or_insert(number);
                }
            }
            for pipeline in it.pipelines.iter().filter(|it| it.system == System::Jenkins) {
                let Some(&number) = uses.get(&*pipeline.at.path) else { continue };
                for (repo, path) in pipeline.calls().filter_map(|call| self.find(call)) {
                    if repo != user {
                        found.insert((user, number, repo, path));
                    }
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Place, Provider, is_server_side, providers};
    use crate::facts::{Artifact, Context, Described, Facts, Offer, RepoFacts, Use};
    use crate::org::link;
    use crate::org::owner::Owner;
    use crate::origin::{Reference, jenkins};
    use crate::pipeline::{Fingerprint, Job, Pipeline, Role, System};
    use crate::rules::Rules;
    use crate::source::Location;

    fn repository(name: &str) -> Facts {
        Facts::new(RepoFacts::acme(name))
    }

    fn offering(name: &str, steps: &[&str]) -> Facts {
        let mut facts = repository(name);
        for step in steps {
            let path = format!("vars/{step}.groovy");
            facts.offers.push(Offer {
                at: Location::whole_file(&path.as_str().into()),
                artifact: Artifact::JenkinsLibrary,
                path: path.as_str().into(),
                name: (*step).to_owned(),
                version: None,
                described: false,
                inputs: Described::default(),
                outputs: Described::default(),
                traits: [].into(),
                context: Context::Production,
            });
        }
        facts
    }

    fn using(name: &str, library: &str, call: &str) -> Facts {
        let mut facts = repository(name);
        let at = Location::whole_file(&"Jenkinsfile".into());
        let Reference { origin, version } = jenkins::parse(library).unwrap();
        let (artifact, context) = (Artifact::JenkinsLibrary, Context::Production);
        let written = library.to_owned();
        facts.uses.push(Use { at: at.clone(), artifact, written, origin, version, context, via: None });
        facts.pipelines.push(Pipeline {
            at,
            system: System::Jenkins,
            name: String::new(),
            triggers: [].into(),
            role: Role::Pipeline,
            jobs: vec![Job { id: "x".to_owned(), call: Some(call.to_owned()), ..Job::default() }],
            parts: Vec::new(),
            stages: Vec::new(),
            exact: Fingerprint::of(b""),
            context,
        });
        facts
    }

    fn named(facts: &[Facts], library: &str) -> Option<(String, bool)> {
        let found = providers(facts, &BTreeMap::new());
        found.get(library).map(|Provider { full_name, is_inferred, .. }| (full_name.clone(), *is_inferred))
    }

    #[test]
    fn where_libraries_lie() {
        let user = || using("shop", "Infra@v1.0.0", "server:Infra/build");
        let inferred = Some(("acme/library".to_owned(), true));
        assert_eq!(named(&[offering("library", &["build"]), user()], "Infra"), inferred);
        // It has nothing of what is called.
        assert_eq!(named(&[offering("library", &["other"]), user()], "Infra"), None);
        // Two could be it.
        assert_eq!(named(&[offering("a", &["build"]), offering("b", &["build"]), user()], "Infra"), None);
        assert_eq!(named(&[user()], "Infra"), None);
        let place = Place { host: None, full_name: "Acme/B".to_owned() };
        let facts = [offering("a", &["build"]), offering("b", &["build"]), user()];
        let found = providers(&facts, &BTreeMap::from([("Infra".to_owned(), place)]));
        assert_eq!(
            found.get("Infra").map(|it| (it.full_name.as_str(), it.repo, it.is_inferred)),
            Some(("acme/b", Some(1), false))
        );
    }

    #[test]
    fn uses_of_steps_are_linked() {
        let tables = Rules::load(None).unwrap().tables;
        let facts = vec![
            offering("library", &["build", "idle"]),
            using("shop", "Infra@v1.0.0", "server:Infra/build"),
            using("library-user", "Infra", "server:Infra|Tools/build"),
        ];
        let org = link(facts, &tables);
        let told: Vec<(String, usize, bool)> =
            org.assets.iter().map(|(id, it)| (id.to_string(), it.repositories(), it.is_inferred)).collect();
        let expected = [
            ("acme/library", 2, true),
            ("acme/library/vars/build.groovy", 2, true),
            ("acme/library/vars/idle.groovy", 0, false),
        ];
        assert_eq!(told, expected.map(|(name, n, inferred)| (name.to_owned(), n, inferred)));
        let owners: Vec<Owner> = org.repos.iter().flat_map(|it| &it.links).map(|it| it.owner).collect();
        assert_eq!(owners, [Owner::ServerSide, Owner::ServerSide]);
        assert!(org.repos.iter().flat_map(|it| &it.links).all(|it| it.shared));
    }

    #[test]
    fn what_the_server_has() {
        for (call, expected) in [
            ("server:Infra/build", true),
            ("server:Infra|?/build", true),
            ("server:?/build", false),
            ("acme/library/vars/build.groovy", false),
            ("./vars/build.groovy", false),
        ] {
            assert_eq!(is_server_side(call), expected, "{call}");
        }
    }
}
