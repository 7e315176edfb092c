//! What one repository's facts come to once all of its files were read: their one order, things that lie in several files
//! put together, names that only the whole repository settles.

use std::cell::LazyCell;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Artifact, Facts, Marker, MarkerKind, Mode, Offer, OfferTrait, Resolution, Said, Source, Use, chart_of, made,
    sources,
};
use crate::origin::{Origin, gitlab, preset};
use crate::paths::folder_and_name;
use crate::pipeline::library;

impl Facts {
    /// Says of what lies on the GitLab that runs a pipeline which host that is, where the repository tells.
    fn settle_server(&mut self) {
        let own = self.repo.identity.clone();
        // A bot that runs on a repository takes presets from the same platform.
        for usage in self.uses.iter_mut().filter(|it| it.artifact == Artifact::BotPreset) {
            if let (Origin::Repo { host, .. }, Some(own)) = (&mut usage.origin, &own)
                && host == preset::PLATFORM
            {
                own.host.clone_into(host);
            }
        }
        let is_open = |it: &Use| matches!(&it.origin, Origin::Repo { host, .. } if host == gitlab::SERVER);
        if self.uses.iter().any(is_open) {
            self.change_origins(|origin| gitlab::settle(origin, own.as_ref()));
        }
        for Resolution { host, name, .. } in self.resolutions.iter_mut().filter(|it| it.host == gitlab::SERVER) {
            let (owner, repository) = folder_and_name(name);
            let (owner, repository, path) = (owner.to_owned(), repository.to_owned(), String::new());
            let mut origin = Origin::Repo { host: host.clone(), owner, name: repository, path };
            gitlab::settle(&mut origin, own.as_ref());
            if let Origin::Repo { host: settled, owner, name: repository, path: _ } = origin {
                *host = settled;
                *name = format!("{owner}/{repository}").to_lowercase();
            }
        }
    }

    /// Puts the repository's own sources in the place of their names. A folder of a repository that is brought into a
    /// cluster is a chart where one lies in it.
    fn settle_sources(&mut self) {
        // Where several are equally near the first in order counts, whichever thread saw it.
        self.sources.sort();
        if self.uses.iter().any(sources::is_open) {
            let place = |it: &Source| format!("{}:{}", it.at.path, it.at.line);
            sources::join(&mut self.uses, self.sources.iter().map(|it| (it, place(it))), true);
        }
        let Some(own) = &self.repo.identity else { return };
        let charts: BTreeSet<&str> =
            self.offers.iter().filter(|it| it.artifact == Artifact::HelmChart).map(|it| &*it.path).collect();
        if charts.is_empty() {
            return;
        }
        for usage in self.uses.iter_mut().filter(|it| it.artifact == Artifact::KustomizeBase) {
            if let Origin::Repo { host, owner, name, path } = &usage.origin
                && own.is(host, owner, name)
                && charts.contains(path.as_str())
            {
                usage.artifact = Artifact::HelmChart;
            }
        }
    }

    /// A template of Gatekeeper's constraints acts as its constraints do, the strictest of them: alone it refuses nothing.
    fn settle_constraints(&mut self) {
        let is_template = |it: &Marker| {
            it.kind == MarkerKind::Policy && it.mode.is_none() && it.tool.as_deref() == Some("gatekeeper")
        };
        if !self.markers.iter().any(is_template) {
            return;
        }
        let constraints = self.objects.iter().filter(|it| it.group == "constraints.gatekeeper.sh");
        let mut modes: BTreeMap<&str, Mode> = BTreeMap::new();
        for constraint in constraints {
            let is_it = |it: &&Marker| it.at.path == constraint.at.path && it.at.line == constraint.at.line;
            let mode = self.markers.iter().filter(is_it).filter_map(|it| it.mode).min();
            if let Some(mode) = mode {
                modes.entry(&constraint.kind).and_modify(|it| *it = (*it).min(mode)).or_insert(mode);
            }
        }
        for marker in self.markers.iter_mut().filter(|it| is_template(it)) {
            let kinds = marker.says.get(&Said::Kind).into_iter().flatten();
            marker.mode = kinds.filter_map(|it| modes.get(it.as_str())).min().copied();
        }
    }

    /// Says of what lies in a copy of a chart that it is off, where the repository deploys another chart of the same name
    /// that lies in it, and nothing names this one.
    fn settle_copies_of_charts(&mut self) {
        let charts = self.offers.iter().filter(|it| it.artifact == Artifact::HelmChart);
        let mut by_name: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for chart in charts {
            by_name.entry(&chart.name).or_default().insert(&chart.path);
        }
        by_name.retain(|_, paths| paths.len() > 1);
        if by_name.is_empty() {
            return;
        }
        let uses = self.uses.iter().filter(|it| it.artifact == Artifact::HelmChart);
        let used: BTreeSet<&str> = uses.filter_map(|it| self.local_path(it)).collect();
        let left = by_name.values().filter(|paths| paths.iter().any(|it| used.contains(it)));
        let left: BTreeSet<String> =
            left.flatten().filter(|it| !used.contains(*it)).map(|it| (*it).to_owned()).collect();
        let is_left = |it: &Marker| chart_of(&it.at.path).is_some_and(|it| left.contains(it));
        for marker in self.markers.iter_mut().filter(|it| is_left(it)) {
            marker.mode = Some(Mode::Off);
        }
    }

    /// Brings the facts into their one order, and parts of one Terraform module, one orb or one step of a Jenkins library that
    /// lie in several files together.
    pub fn finish(&mut self) {
        self.settle_server();
        self.settle_sources();
        self.settle_constraints();
        self.settle_copies_of_charts();
        library::settle(&mut self.pipelines);
        self.pipelines.sort();
        self.actions.sort();
        self.uses.sort();
        self.resources.sort();
        self.switches.sort();
        self.objects.sort();
        self.scripts.sort();
        self.sources.sort();
        self.markers.sort();
        self.markers.dedup();
        self.owners.sort();
        self.targets.sort();
        self.resolutions.sort();
        // A step that aliases repeat is written once.
        self.resolutions.dedup();
        self.gaps.sort();
        self.merge_parts();
        self.offers.sort_by(Offer::by_module);
        // Help for a step that isn't there.
        self.offers.retain(|it| it.artifact != Artifact::JenkinsLibrary || !it.at.path.ends_with(".txt"));
        // A folder that only configures (a backend, a provider) has nothing that others could call. Nor has a unit of
        // Terragrunt: it calls a module, and is none.
        let calls = self.uses.iter().filter(|it| it.artifact == Artifact::TerraformModule);
        let calling: LazyCell<FxHashSet<&str>, _> = LazyCell::new(|| {
            let places = calls.map(|it| folder_and_name(&it.at.path));
            let of_modules = places.filter(|(_, name)| !matches!(*name, "terragrunt.hcl" | "terragrunt.stack.hcl"));
            of_modules.map(|(folder, _)| folder).collect()
        });
        self.offers.retain(|offer| {
            offer.artifact != Artifact::TerraformModule
                || offer.inputs.total + offer.outputs.total > 0
                || offer.traits.contains(&OfferTrait::Resources)
                || calling.contains(&*offer.path)
        });
        made::settle(self);
    }

    /// Merges the parts of each module into the first: `main.tf`, where readers look.
    fn merge_parts(&mut self) {
        let mut wholes: FxHashMap<(Artifact, Arc<str>), usize> = FxHashMap::default();
        let mut merged: Vec<Offer> = Vec::new();
        for offer in std::mem::take(&mut self.offers) {
            let is_in_parts =
                matches!(offer.artifact, Artifact::TerraformModule | Artifact::CircleciOrb | Artifact::JenkinsLibrary);
            if !is_in_parts {
                merged.push(offer);
                continue;
            }
            match wholes.entry((offer.artifact, offer.path.clone())) {
                Entry::Occupied(whole) => merged[*whole.get()].merge(offer),
                Entry::Vacant(free) => {
                    free.insert(merged.len());
                    merged.push(offer);
                }
            }
        }
        self.offers = merged;
    }
}
