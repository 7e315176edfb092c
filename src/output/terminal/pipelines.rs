//! The part of the page on pipelines, and on what else is copied.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::{FAINT, Page, STRONG, lines, names_below, wrap};
use crate::output::words::{cluster_words, counted, number};
use crate::report::Report;
use crate::report::summary::{ClusterRow, ProviderRow};

/// How many pipelines there are, how many are the same, and which are copies.
pub(super) fn write(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let it = &report.summary.pipelines;
    let unread = &report.summary.coverage.unread_pipelines;
    if it.systems.is_empty() && unread.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "  {STRONG}Pipelines{STRONG:#}  {} for delivery of {} that run: {}, {} found once",
        number(it.delivery),
        number(it.running),
        counted(it.distinct_structures, "structure", "structures"),
        number(it.singletons),
    )?;
    let mut systems: Vec<String> = Vec::new();
    for row in &it.systems {
        let aside = [(row.templates, "templates"), (row.superseded, "superseded"), (row.aside, "aside")];
        let aside: Vec<String> = aside
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{} {}", number(n), if n == 1 { what.trim_end_matches('s') } else { what }))
            .collect();
        let aside = if aside.is_empty() { String::new() } else { format!(" (and {})", aside.join(", ")) };
        systems.push(format!("{} {}{aside}", row.system.name(), number(row.running)));
    }
    systems.extend(unread.iter().map(|(system, n)| format!("{system} {} not read", number(*n))));
    lines(&systems.join(", "), width, out)?;
    let most = if page.verbosity > 0 { usize::MAX } else { 5 };
    // What one repository repeats within itself is its own affair, and what doesn't deliver is no headline: both are
    // below `-v` and in the summary.
    let is_headline = |it: &&ClusterRow| it.delivers && it.repositories > 1;
    let shown: Vec<&ClusterRow> = match page.verbosity {
        0 => it.clusters.iter().filter(is_headline).collect(),
        _ => it.clusters.iter().collect(),
    };
    for cluster in shown.iter().take(most) {
        lines(&cluster_words(cluster), width, out)?;
        if page.verbosity > 0 {
            cluster_in_full(cluster, width, out)?;
        }
    }
    if it.clusters.len() > shown.len().min(most) {
        let more = it.clusters.len() - shown.len().min(most);
        let groups = if more == 1 { "group" } else { "groups" };
        writeln!(out, "      {FAINT}{more} more {groups}, with members and what differs: -v{FAINT:#}")?;
    }
    for row in it.across_systems.iter().take(if page.verbosity > 0 { usize::MAX } else { 1 }) {
        let systems: BTreeSet<&str> = row.members.iter().map(|it| it.system.name()).collect();
        let systems: Vec<&str> = systems.into_iter().collect();
        let stages: Vec<&str> = row.stages.iter().map(|it| it.id()).collect();
        lines(
            &format!(
                "{} have the same stages in {}: {}",
                counted(row.members.len() as u64, "pipeline", "pipelines"),
                systems.join(" and "),
                stages.join(", ")
            ),
            width,
            out,
        )?;
        if page.verbosity > 0 {
            let members: Vec<String> = row.members.iter().map(|it| format!("{}/{}", it.repo, it.path)).collect();
            names_below(&members.join(", "), width, out)?;
        }
    }
    if !it.superseded.is_empty() {
        let files = counted(it.superseded.len() as u64, "file", "files");
        let systems: BTreeSet<&str> = it.superseded.iter().map(|it| it.system.name()).collect();
        let systems: Vec<&str> = systems.into_iter().collect();
        lines(&format!("{files} of {} beside a system that delivers", systems.join(" and ")), width, out)?;
        if page.verbosity > 0 {
            let names: Vec<String> = it.superseded.iter().map(|it| format!("{}/{}", it.repo, it.path)).collect();
            names_below(&names.join(", "), width, out)?;
        }
    }
    if page.verbosity > 0 {
        providers(&it.providers, width, out)?;
    }
    writeln!(out)
}

/// What a cluster's canonical form does, and how each member differs from it.
fn cluster_in_full(cluster: &ClusterRow, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let canonical = &cluster.canonical;
    names_below(&format!("{}: like {}/{}", cluster.id, canonical.repo, canonical.path), width, out)?;
    for job in &canonical.jobs {
        let needs = if job.needs.is_empty() { String::new() } else { format!(" after {}", job.needs.join(", ")) };
        names_below(&format!("· {}{needs}: {}", job.job, job.steps.join(", ")), width, out)?;
    }
    for member in cluster.members.iter().filter(|it| (&it.repo, &it.path) != (&canonical.repo, &canonical.path)) {
        let words = if member.drift.is_empty() { "no difference".to_owned() } else { member.drift.join("; ") };
        names_below(&format!("- {}/{}: {words}", member.repo, member.path), width, out)?;
    }
    Ok(())
}

/// Who offers templates and actions of pipelines, who calls them, and at which versions.
fn providers(providers: &[ProviderRow], width: usize, out: &mut dyn Write) -> io::Result<()> {
    for provider in providers {
        let callers = counted(provider.callers.len() as u64, "repository", "repositories");
        lines(&format!("{callers} call what {} offers", provider.repo), width, out)?;
        for row in &provider.called {
            let versions: Vec<String> =
                row.versions.iter().map(|(version, n)| format!("{version} in {}", number(*n))).collect();
            names_below(&format!("{}: {}", row.name, versions.join(", ")), width, out)?;
        }
        if !provider.uncalled.is_empty() {
            names_below(&format!("called by nobody here: {}", provider.uncalled.join(", ")), width, out)?;
        }
    }
    Ok(())
}

/// What is copied in place of being shared; nothing where nothing is.
pub(super) fn copies(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let it = &report.summary.copies;
    let kinds = [
        (&it.resources, "Terraform resource", "Terraform resources"),
        (&it.scripts, "script", "scripts"),
        (&it.manifests, "set of manifests", "sets of manifests"),
    ];
    let told: Vec<String> = kinds
        .iter()
        .filter(|(figures, ..)| figures.clusters > 0)
        .map(|(figures, one, many)| {
            let places = counted(figures.places, "place", "places");
            format!("{} in {places}", counted(figures.clusters, one, many))
        })
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    for (line, text) in wrap(&told.join(", "), width - 13).into_iter().enumerate() {
        let heading = if line == 0 { "Copies" } else { "" };
        writeln!(out, "  {STRONG}{heading:<6}{STRONG:#}     {text}")?;
    }
    if page.verbosity > 0 {
        for row in kinds.iter().flat_map(|(figures, ..)| &figures.largest) {
            let repositories = counted(row.repositories, "repository", "repositories");
            lines(
                &format!("{} in {} of {repositories}", row.what, counted(row.places, "place", "places")),
                width,
                out,
            )?;
            names_below(&row.at.join(", "), width, out)?;
        }
    }
    writeln!(out)
}
