//! Shares: of the things that count at all, those that count for it.

use std::collections::BTreeMap;

use super::adoption::{self, Standing};
use super::{Counts, Evidence, Judged, Seen, evidence, offers, qualities};
use crate::facts::Artifact;
use crate::org::ADOPTED;
use crate::rules::{Among, ArtifactName, Share, Subject as Declared, That, Unit};

/// Whether a thing counts at all.
pub(super) enum Applies {
    /// It does.
    Yes,
    /// It doesn't.
    No,
    /// It can't be told, with the reason.
    Unknown(Judged),
}

/// Counts a share, and says what it counts: a share of teams may turn out to be one of repositories.
pub(super) fn share(it: &Seen<'_>, share: &Share) -> (Counts, Unit) {
    match share.of {
        Unit::Repositories => (of_repositories(it, share), Unit::Repositories),
        Unit::Teams => of_teams(it, share),
        Unit::Calls => (calls(it, &share.that.uses), Unit::Calls),
        Unit::Offers => {
            let described = share.that.described.unwrap_or(1.0);
            (share.that.are.map(|are| offers::counts(it, are, described)).unwrap_or_default(), Unit::Offers)
        }
        Unit::Kinds | Unit::Places => {
            let counts = share.among.have.as_ref().zip(share.that.have.as_ref());
            let of = share.of;
            (counts.map(|(among, that)| evidence::share(it.org, of, among, that)).unwrap_or_default(), of)
        }
        // `rules::check` lets no other pass.
        Unit::Components
        | Unit::Pipelines
        | Unit::Ways
        | Unit::Classes
        | Unit::Links
        | Unit::Tools
        | Unit::Categories
        | Unit::Environments
        | Unit::Indicators => (Counts::default(), share.of),
    }
}

/// What is to be said beside a share of offers: what it is of those that another repository uses. Many that nobody uses
/// weigh as much as the few that everybody does.
pub(super) fn note(it: &Seen<'_>, share: &Share) -> Option<String> {
    let are = share.that.are.filter(|_| share.of == Unit::Offers)?;
    let (n, of) = offers::of_used(it.org, are, share.that.described.unwrap_or(1.0))?;
    Some(format!("of those that another repository uses {n} of {of}"))
}

/// What each repository comes to.
pub(super) fn of_repositories(it: &Seen<'_>, share: &Share) -> Counts {
    let mut counts = Counts::default();
    for (repo, facts) in it.org.repos.iter().enumerate() {
        counts.add(&facts.id, repository(it, repo, share));
    }
    counts
}

/// What one repository comes to.
fn repository(it: &Seen<'_>, repo: usize, share: &Share) -> Judged {
    match among(it, repo, &share.among) {
        Applies::No => Judged::NotApplicable,
        Applies::Unknown(why) => why,
        Applies::Yes => that(it, repo, &share.that),
    }
}

/// Teams: one of which any repository counts for it counts for it. What nobody is known to own is one more of which it
/// can't be told. Where less than half of the repositories that count have a known team, teams say little, and
/// repositories are counted.
fn of_teams(it: &Seen<'_>, share: &Share) -> (Counts, Unit) {
    let judged: Vec<Judged> = (0..it.org.repos.len()).map(|repo| repository(it, repo, share)).collect();
    let applicable = || judged.iter().enumerate().filter(|(_, it)| **it != Judged::NotApplicable);
    let owned = applicable().filter(|(repo, _)| it.org.teams[*repo].is_some()).count();
    if 2 * owned < applicable().count() || owned == 0 {
        let mut counts = Counts::default();
        for (repo, judged) in judged.into_iter().enumerate() {
            counts.add(&it.org.repos[repo].id, judged);
        }
        return (counts, Unit::Repositories);
    }
    let mut teams: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (repo, _) in applicable() {
        teams.entry(it.org.teams[repo].as_deref()).or_default().push(repo);
    }
    let mut counts = Counts::default();
    for (team, repos) in teams {
        let best = repos.iter().copied().min_by_key(|repo| match &judged[*repo] {
            Judged::For { .. } => 0,
            Judged::Unknown { .. } => 1,
            Judged::Against { .. } => 2,
            Judged::NotApplicable => 3,
        });
        let Some(repo) = best else { continue };
        let of_team = |what: &str| match team {
            Some(team) => format!("{team}: {what}"),
            None => format!("{} without a known team", crate::rules::counted_repositories(repos.len() as u64)),
        };
        let told = match &judged[repo] {
            _ if team.is_none() => Judged::Unknown { at: None, what: of_team("") },
            Judged::For { at, what } => Judged::For { at: at.clone(), what: of_team(what) },
            Judged::Unknown { at, what } => Judged::Unknown { at: at.clone(), what: of_team(what) },
            Judged::Against { at, what } => Judged::Against { at: at.clone(), what: of_team(what) },
            Judged::NotApplicable => continue,
        };
        counts.add(&it.org.repos[repo].id, told);
    }
    (counts, Unit::Teams)
}

/// Whether a repository counts at all.
pub(super) fn among(it: &Seen<'_>, repo: usize, among: &Among) -> Applies {
    let Among { uses_or_declares, are, have } = among;
    if let Some(declared) = uses_or_declares {
        let standing = it.standings.any(repo, declared_artifacts(*declared));
        if matches!(standing, Standing::NotApplicable | Standing::Provider { .. }) {
            return Applies::No;
        }
    }
    if let Some(filter) = have
        && !evidence::surely_had(it, repo, filter)
    {
        return Applies::No;
    }
    let mut applies = Applies::Yes;
    for quality in are {
        match qualities::judge(it, repo, *quality) {
            Judged::For { .. } => {}
            Judged::Against { .. } | Judged::NotApplicable => return Applies::No,
            why @ Judged::Unknown { .. } => applies = Applies::Unknown(why),
        }
    }
    applies
}

/// Whether a repository that counts counts for it.
fn that(it: &Seen<'_>, repo: usize, that: &That) -> Judged {
    let That { uses, from: _, are, described: _, have, lack } = that;
    if let Some(are) = are {
        return qualities::judge(it, repo, *are);
    }
    if let Some(have) = have {
        let none = || Judged::Against { at: None, what: "none was found in its files".to_owned() };
        return evidence::had(it, repo, have).unwrap_or_else(none);
    }
    if let Some(lack) = lack {
        return match evidence::first(&it.org.repos[repo], lack) {
            Some(marker) => Judged::Against { at: Some(marker.at.clone()), what: evidence::words(marker) },
            None => Judged::For { at: None, what: "none was found in its files".to_owned() },
        };
    }
    let uses: Vec<Artifact> = uses.iter().flat_map(|it| it.artifacts()).copied().collect();
    match it.standings.any(repo, &uses).clone() {
        Standing::Adopts { at, what } => Judged::For { at: Some(at), what },
        Standing::Misses { at, what } => Judged::Against { at: Some(at), what },
        Standing::Unknown { at, what } => Judged::Unknown { at, what },
        Standing::NotApplicable | Standing::Provider { .. } => Judged::NotApplicable,
    }
}

/// The artifacts that something is about which repositories declare.
fn declared_artifacts(declared: Declared) -> &'static [Artifact] {
    match declared {
        Declared::Terraform => &[Artifact::TerraformModule],
        Declared::Ci => &[Artifact::CiTemplate, Artifact::CiAction],
        Declared::Charts => &[Artifact::HelmChart],
        Declared::Images => &[Artifact::BaseImage],
        Declared::Any => &ADOPTED,
    }
}

/// The calls of what is shared, of all calls that leave their own repository.
fn calls(it: &Seen<'_>, uses: &[ArtifactName]) -> Counts {
    let artifacts = uses.iter().flat_map(|it| it.artifacts());
    let mut counts = Counts::default();
    for call in artifacts.flat_map(|artifact| adoption::calls(it.org, &it.standings, *artifact)) {
        let repo = &it.org.repos[call.repo];
        let usage = &repo.facts.uses[call.usage];
        let evidence = Evidence { repo: repo.id.clone(), at: Some(usage.at.clone()), what: usage.written.clone() };
        match call.shared {
            Some(true) => counts.counted.push(evidence),
            Some(false) => counts.against.push(evidence),
            None => counts.unknown.push(evidence),
        }
    }
    counts
}
