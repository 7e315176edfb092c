//! What one file alone does not say: values that other files of the same repository decide.
//!
//! Extraction reads each file alone and notes what it leaves open as [`Questions`]. Where a repository has any, the
//! files that may answer are read here, and no others: most repositories leave nothing open, and most scripts answer
//! nothing. Pure: files come through [`Files`].

mod bake;
mod bicep;
mod build_arguments;
mod build_commands;
mod chart_values;
mod charts;
mod compose;
mod constraints;
mod constructs;
mod definitions;
mod fetch_commands;
mod fetched;
mod files;
mod given_values;
mod helmfiles;
mod left_over;
mod linters;
mod managed;
mod memo;
mod named;
mod options;
mod playbooks;
mod products;
mod runs;
mod scaling;
pub(crate) mod scanners;
mod scripts;
mod simulations;
mod suppliers;
mod targets;
mod templates;
mod terraform;
mod terragrunt;
mod unused;
pub(crate) mod values;

use std::collections::{BTreeMap, BTreeSet};

pub use self::files::{Absent, AbsentKind, Files, KnownFile, Read};
pub use self::managed::Delivery;
pub(crate) use self::named::{NamedScript, Namer};
pub(crate) use self::playbooks::Brought;
pub(crate) use self::scaling::is_scaling_policy;
pub(crate) use self::scripts::recipes;
use self::suppliers::Wanted;
pub(crate) use self::unused::{NamedId, uses};
use crate::classify::FileKind;
use crate::extract::helmfile;
use crate::facts::{Artifact, Facts};

/// How many places are told that have a say in one use.
const MAX_PLACES: usize = 32;

/// What the files of a repository leave open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// Folders with calls of Terraform modules that more than one file has a say in.
    terraform: BTreeSet<String>,
    /// Files of Terragrunt that take values from others, or include them.
    terragrunt: BTreeSet<String>,
    /// Dockerfiles with a FROM that a build argument has a say in.
    dockerfiles: BTreeSet<String>,
    /// Compose files with images that variables have a say in.
    composed: BTreeSet<String>,
    /// Whether images are built here, so that what they are called is asked for.
    images: bool,
    /// Files of the repository that pipelines include, and of which kind they are then.
    includes: BTreeSet<(String, FileKind)>,
    /// What is named as an object of a cluster, and which files define such objects.
    definitions: definitions::Definitions,
    /// Folders and files that controllers and tools are told to read.
    deliveries: BTreeSet<Delivery>,
    /// Folders with a chart.
    charts: BTreeSet<String>,
    /// What the helmfiles say, by path.
    helmfiles: BTreeMap<String, helmfile::State>,
    /// Whether modules of Bicep are named by aliases.
    bicep: bool,
    /// Folders with an application of the CDK.
    constructs: BTreeSet<String>,
    /// Scripts that files of other kinds name.
    named: BTreeSet<NamedScript>,
    /// Playbooks that declare nothing themselves, by path, and what they bring in.
    playbooks: BTreeMap<String, Brought>,
    /// Whether there are pipelines of which other files, or the remote, say more.
    pipelines: bool,
    /// Ids in values of which the file itself uses the name nowhere.
    ids: BTreeSet<NamedId>,
    /// Folders with policies of scaling.
    scaling: BTreeSet<String>,
}

impl Questions {
    /// Asks for the module calls of a folder.
    pub(crate) fn ask_terraform(&mut self, folder: &str) {
        if !self.terraform.contains(folder) {
            self.terraform.insert(folder.to_owned());
        }
    }

    /// Asks for what a unit or stack of Terragrunt uses.
    pub(crate) fn ask_terragrunt(&mut self, path: &str) {
        self.terragrunt.insert(path.to_owned());
    }

    /// Asks for what lies beside a chart.
    pub(crate) fn ask_chart(&mut self, folder: &str) {
        self.charts.insert(folder.to_owned());
    }

    /// Asks for the charts of a helmfile, which the files that it is based on have a say in.
    pub(crate) fn ask_helmfile(&mut self, path: &str, state: helmfile::State) {
        self.helmfiles.insert(path.to_owned(), state);
    }

    /// Asks for the images that builds give a Dockerfile.
    pub(crate) fn ask_dockerfile(&mut self, path: &str) {
        self.dockerfiles.insert(path.to_owned());
    }

    /// Asks for the images of a compose file that variables have a say in.
    pub(crate) fn ask_compose(&mut self, path: &str) {
        self.composed.insert(path.to_owned());
    }

    /// Asks for the images that the repository makes.
    pub(crate) fn ask_images(&mut self) {
        self.images = true;
    }

    /// Asks for a file that a pipeline includes, by its path from the repository's root.
    pub(crate) fn ask_include(&mut self, path: &str, kind: FileKind) {
        self.includes.insert((path.to_owned(), kind));
    }

    /// Asks for what aliases of modules of Bicep stand for.
    pub(crate) fn ask_bicep(&mut self) {
        self.bicep = true;
    }

    /// Asks for the libraries of constructs that the package in a folder depends on.
    pub(crate) fn ask_constructs(&mut self, folder: &str) {
        self.constructs.insert(folder.to_owned());
    }

    /// Notes that a file defines an object that others may name, as `task/build`.
    pub(crate) fn define(&mut self, name: &str, path: &str) {
        self.definitions.define(name, path);
    }

    /// Asks which file defines the objects that pipelines name.
    pub(crate) fn ask_definitions(&mut self) {
        self.definitions.is_asked = true;
    }

    /// Asks who keeps the objects in a folder: this does.
    pub(crate) fn deliver(&mut self, delivery: Delivery) {
        self.deliveries.insert(delivery);
    }

    /// Asks for a script that a file names: who runs it.
    pub(crate) fn ask_script(&mut self, script: NamedScript) {
        self.named.insert(script);
    }

    /// Asks for what the files declare that a playbook brings in.
    pub(crate) fn ask_playbook(&mut self, path: &str, brought: Brought) {
        self.playbooks.insert(path.to_owned(), brought);
    }

    /// Asks for what the other files and the remote of a repository say of its pipelines.
    pub(crate) fn ask_pipelines(&mut self) {
        self.pipelines = true;
    }

    /// Asks whether something uses the name of a value that has an id in it.
    pub(crate) fn ask_id(&mut self, id: NamedId) {
        self.ids.insert(id);
    }

    /// Asks whether something calls the policies of scaling in a folder.
    pub(crate) fn ask_scaling(&mut self, folder: &str) {
        if !self.scaling.contains(folder) {
            self.scaling.insert(folder.to_owned());
        }
    }

    /// The files that pipelines include.
    pub fn includes(&self) -> impl Iterator<Item = (String, FileKind)> {
        self.includes.iter().cloned()
    }

    /// Whether nothing is open.
    pub fn is_empty(&self) -> bool {
        let Questions {
            terraform,
            terragrunt,
            dockerfiles,
            composed,
            images,
            includes,
            definitions,
            deliveries: _,
            charts,
            helmfiles,
            bicep,
            constructs,
            named,
            playbooks,
            pipelines,
            ids,
            scaling,
        } = self;
        terraform.is_empty()
            && terragrunt.is_empty()
            && dockerfiles.is_empty()
            && composed.is_empty()
            && !images
            && includes.is_empty()
            && !definitions.is_asked
            && charts.is_empty()
            && helmfiles.is_empty()
            && !bicep
            && constructs.is_empty()
            && named.is_empty()
            && playbooks.is_empty()
            && !pipelines
            && ids.is_empty()
            && scaling.is_empty()
    }

    /// Adds what another thread asked of the same repository.
    pub fn merge(&mut self, other: Questions) {
        let Questions {
            terraform,
            terragrunt,
            dockerfiles,
            composed,
            images,
            includes,
            definitions,
            deliveries,
            charts,
            helmfiles,
            bicep,
            constructs,
            named,
            playbooks,
            pipelines,
            ids,
            scaling,
        } = other;
        self.terraform.extend(terraform);
        self.terragrunt.extend(terragrunt);
        self.dockerfiles.extend(dockerfiles);
        self.composed.extend(composed);
        self.images |= images;
        self.includes.extend(includes);
        self.definitions.merge(definitions);
        self.deliveries.extend(deliveries);
        self.charts.extend(charts);
        self.helmfiles.extend(helmfiles);
        self.bicep |= bicep;
        self.constructs.extend(constructs);
        self.named.extend(named);
        self.playbooks.extend(playbooks);
        self.pipelines |= pipelines;
        self.ids.extend(ids);
        self.scaling.extend(scaling);
    }
}

/// What is told of the places that have a say in a use: the first of them, and whether there are more.
fn via<'p>(places: impl ExactSizeIterator<Item = &'p str>) -> Option<String> {
    let more = if places.len() > MAX_PLACES { " and more" } else { "" };
    let told = places.take(MAX_PLACES).collect::<Vec<_>>().join(", ");
    (!told.is_empty()).then(|| told + more)
}

/// Leaves out places that are not told: of every value only the first are kept, and one more to know that there are more.
fn leave_out_places(places: &mut BTreeSet<String>) {
    while places.len() > MAX_PLACES + 1 {
        places.pop_last();
    }
}

/// Answers what can be answered, and adds it to the facts.
pub fn resolve(facts: &mut Facts, questions: &Questions, files: &Files<'_>) {
    answer(facts, questions, files);
    files.tell(facts);
}

fn answer(facts: &mut Facts, questions: &Questions, files: &Files<'_>) {
    let Questions {
        terraform,
        terragrunt,
        dockerfiles,
        composed,
        images,
        includes: _,
        definitions,
        deliveries,
        charts,
        helmfiles,
        bicep,
        constructs,
        named,
        playbooks,
        pipelines: _,
        ids,
        scaling,
    } = questions;
    if targets::has_any(facts) {
        targets::resolve(facts, files);
    }
    if !named.is_empty() {
        named::resolve(facts, named);
    }
    if scanners::has_any(facts) {
        scanners::resolve(facts, files);
    }
    if constraints::has_any(facts) {
        constraints::resolve(facts, files);
    }
    if linters::has_any(facts) {
        linters::resolve(facts, files);
    }
    if templates::has_any(facts) {
        templates::resolve(facts, files);
    }
    if !playbooks.is_empty() {
        playbooks::resolve(playbooks, facts, files);
    }
    if definitions.is_asked {
        definitions::resolve(definitions, facts);
    }
    if *bicep {
        bicep::resolve(facts, files);
    }
    constructs::resolve(constructs, facts, files);
    if !terraform.is_empty() {
        terraform::resolve(terraform, facts, files);
    }
    if !ids.is_empty() {
        unused::resolve(ids, facts, files);
    }
    if !scaling.is_empty() {
        scaling::resolve(scaling, facts, files);
    }
    if !terragrunt.is_empty() {
        terragrunt::resolve(terragrunt, facts, files);
    }
    given_values::resolve(facts, files);
    if !composed.is_empty() {
        compose::resolve(composed, facts, files);
    }
    if !helmfiles.is_empty() {
        helmfiles::resolve(helmfiles, facts, files);
    }
    if !charts.is_empty() {
        charts::resolve(charts, facts, files);
    }
    if facts.uses.iter().any(|it| it.artifact == Artifact::HelmChart) {
        charts::settle_commands(facts, files);
    }
    if !charts.is_empty() {
        chart_values::resolve(facts, files);
    }
    if !facts.objects.is_empty() {
        managed::resolve(deliveries, facts);
        left_over::resolve(deliveries, facts, files);
    }
    simulations::resolve(facts);
    let absent = fetched::absent(facts, files);
    if absent.is_empty() && dockerfiles.is_empty() && !images {
        return;
    }
    let wanted = Wanted { fetches: !absent.is_empty(), builds: !dockerfiles.is_empty(), images: *images };
    let suppliers = suppliers::read(files, facts.repo.identity.as_ref(), wanted);
    fetched::resolve(&absent, &suppliers, facts, files);
    if !dockerfiles.is_empty() {
        build_arguments::resolve(dockerfiles, &suppliers, facts, files);
    }
    if *images {
        products::resolve(&suppliers, facts, files);
    }
}

/// Whether facts hold what only other files of the repository tell more of: sources in it that may not be there,
/// targets that pipelines run, objects of a cluster, settings that somebody has to read, linters of what may not be there,
/// templates that somebody has to deploy, tests that nothing compiles.
pub fn leaves_open(facts: &Facts) -> bool {
    fetched::has_local(facts)
        || targets::has_any(facts)
        || !facts.objects.is_empty()
        || scanners::has_any(facts)
        || linters::has_any(facts)
        || templates::has_any(facts)
        || simulations::has_any(facts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MAX_PLACES, leave_out_places, via};

    #[test]
    fn places_that_have_a_say() {
        let told = |n: usize| {
            let mut places: BTreeSet<String> = (0..n).map(|it| format!("{it:04}")).collect();
            leave_out_places(&mut places);
            via(places.iter().map(String::as_str))
        };
        assert_eq!(told(0), None);
        assert_eq!(told(2).as_deref(), Some("0000, 0001"));
        assert!(told(MAX_PLACES).is_some_and(|it| it.ends_with("0030, 0031")));
        assert!(told(MAX_PLACES + 1).is_some_and(|it| it.ends_with("0030, 0031 and more")));
        assert_eq!(told(MAX_PLACES + 1), told(1000));
    }
}
