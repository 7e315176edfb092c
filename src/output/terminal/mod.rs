//! The page that `levelset scan` prints: in the order a reader asks. Level and why, adoption, pipelines, what next,
//! what was not seen.

mod evidence;
pub(in crate::output) mod level;
mod provisioning;

use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::facts::{Artifact, Context, GapReason};
use crate::output::printable;
use crate::report::Report;
use crate::report::summary::{AdoptionRow, ClusterKind, ClusterRow, FindingCount, ProviderRow, Share};
use crate::rules::percent;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();

/// The width the page is made for at least.
pub const MIN_WIDTH: usize = 80;
const BAR: usize = 20;

/// How the page is written.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Columns of the terminal.
    pub width: usize,
    /// 0: the page; 1: with every gap and every list in full.
    pub verbosity: u8,
}

/// Writes the page.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let width = page.width.clamp(MIN_WIDTH, 120);
    heading(report, out)?;
    level::write(report, width, out)?;
    adoption(report, width, page, out)?;
    pipelines(report, width, page, out)?;
    copies(report, width, page, out)?;
    tooling_index(report, width, page, out)?;
    findings(report, out)?;
    provisioning::write(report, width, out)?;
    evidence::write(report, width, page, out)?;
    next(report, width, page, out)?;
    not_seen(report, width, page, out)
}

fn heading(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let it = &report.summary;
    let owners = match it.organisation.owners.as_slice() {
        [] => "no owner known".to_owned(),
        owners if owners.len() <= 3 => owners.join(", "),
        owners => format!("{} and {} more", owners[..2].join(", "), owners.len() - 2),
    };
    writeln!(
        out,
        "{STRONG}{}{STRONG:#} · {} · {} · as of {}\n",
        printable(&owners),
        counted(it.coverage.repositories, "repository", "repositories"),
        counted(it.coverage.files_seen, "file", "files"),
        it.as_of,
    )
}

fn adoption(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let heading = "Use of what the organisation shares";
    writeln!(out, "  {STRONG}{heading:<48}{:<24}calls{STRONG:#}", "repositories")?;
    for row in &report.summary.adoption {
        let name = match row.artifact {
            Some(artifact) => artifact_heading(artifact),
            None => "Any of these",
        };
        writeln!(out, "  {name:<17} {} {:<23} {}", bar(row), share(row.repositories), share(row.calls))?;
        if page.verbosity > 0 {
            let lists = [("missing", &row.missing), ("unknown", &row.unknown)];
            for (what, rows) in lists.into_iter().filter(|(_, rows)| !rows.is_empty()) {
                let names: Vec<&str> = rows.iter().map(|it| it.repo.as_str()).collect();
                names_below(&format!("{what}: {}", names.join(", ")), width, out)?;
            }
            if let Some(it) = row.unknown.first().filter(|it| it.path.is_some()) {
                let path = it.path.as_deref().unwrap_or_default();
                let line = it.line.map(|it| format!(":{it}")).unwrap_or_default();
                let place = format!("{}/{path}{line}", it.repo);
                names_below(&format!("as {place}: {}", it.what), width, out)?;
            }
            if !row.providers.is_empty() {
                names_below(&format!("providers, left out: {}", row.providers.join(", ")), width, out)?;
            }
        }
    }
    writeln!(out)
}

fn names_below(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for line in wrap(text, width - 6) {
        writeln!(out, "      {FAINT}{}{FAINT:#}", printable(&line))?;
    }
    Ok(())
}

fn bar(row: &AdoptionRow) -> String {
    let it = row.repositories;
    let all = it.of + it.unknown;
    if all == 0 {
        return format!("{FAINT}{}{FAINT:#} {:>8}", "·".repeat(BAR), "–");
    }
    // What is sure, what could be, what is not.
    let full = (it.n as usize * BAR) / all as usize;
    let open = ((it.n + it.unknown) as usize * BAR).div_ceil(all as usize) - full;
    let open = if it.unknown == 0 { 0 } else { open };
    format!(
        "{GOOD}{}{GOOD:#}{OPEN}{}{OPEN:#}{FAINT}{}{FAINT:#} {:>8}",
        "█".repeat(full),
        "▒".repeat(open),
        "░".repeat(BAR - full - open),
        percents(it)
    )
}

/// A share in per cent: a range where some can't be told.
pub(in crate::output) fn percents(it: Share) -> String {
    let all = (it.of + it.unknown) as f64;
    let (low, high) = (percent(it.n as f64 / all), percent((it.n + it.unknown) as f64 / all));
    if low == high { format!("{low} %") } else { format!("{low}–{high} %") }
}

pub(in crate::output) fn share(it: Share) -> String {
    match (it.of, it.unknown) {
        (0, 0) => "–".to_owned(),
        (0, unknown) => format!("{} unknown", number(unknown)),
        (of, 0) => format!("{} of {}", number(it.n), number(of)),
        (of, unknown) => format!("{} of {}, {} unknown", number(it.n), number(of), number(unknown)),
    }
}

pub(in crate::output) fn artifact_heading(artifact: Artifact) -> &'static str {
    match artifact {
        Artifact::TerraformModule => "Terraform modules",
        Artifact::TerraformProvider => "Providers",
        Artifact::CiTemplate => "CI templates",
        Artifact::CiAction => "CI actions",
        Artifact::CiImage => "CI images",
        Artifact::BaseImage => "Base images",
        Artifact::CopiedImage => "Copied images",
        Artifact::HelmChart => "Helm charts",
        Artifact::JenkinsLibrary => "Jenkins libraries",
        Artifact::CircleciOrb => "CircleCI orbs",
        Artifact::BuildkitePlugin => "Buildkite plugins",
        Artifact::ComposeImage => "Compose images",
        Artifact::WorkloadImage => "Workload images",
        Artifact::KustomizeBase => "Kustomize bases",
        Artifact::AnsibleCollection => "Ansible collections",
        Artifact::AnsibleRole => "Ansible roles",
        Artifact::BicepModule => "Bicep modules",
        Artifact::BotPreset => "Bot presets",
        Artifact::Buildpack => "Buildpacks",
        Artifact::CdkConstruct => "CDK constructs",
        Artifact::CloudformationModule => "CloudFormation modules",
        Artifact::CrossplanePackage => "Crossplane packages",
        Artifact::DevContainerFeature => "Dev container features",
        Artifact::ProjectTemplate => "Project templates",
        Artifact::PulumiPackage => "Pulumi packages",
        Artifact::ServerlessPlugin => "Serverless plugins",
    }
}

fn pipelines(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
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

/// What is copied in place of being shared; nothing where nothing is.
fn copies(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
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
    writeln!(out, "  {STRONG}Copies{STRONG:#}     {}", told.join(", "))?;
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

/// Which shared offers a list of what there is to use names; nothing where nothing is shared.
fn tooling_index(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let it = &report.summary.tooling_index;
    if it.offers == 0 {
        return Ok(());
    }
    let of = counted(it.offers, "shared offer", "shared offers");
    writeln!(out, "  {STRONG}Index{STRONG:#}      {} of {of} named in an index", number(it.named))?;
    let all = page.verbosity > 0;
    let indexes = it.indexes.iter().map(|it| format!("{} of {}", it.path, it.repo)).collect::<Vec<_>>();
    if !indexes.is_empty() {
        lines(&format!("named in {}", first_of(&indexes, indexes.len(), all)), width, out)?;
    }
    if !it.omitted.is_empty() {
        let omitted = usize::try_from(it.offers - it.named).unwrap_or(usize::MAX);
        lines(&format!("not named: {}", first_of(&it.omitted, omitted, all)), width, out)?;
    }
    writeln!(out)
}

/// The first three names of a list, or all that are there, and how many more there are.
fn first_of(names: &[String], total: usize, all: bool) -> String {
    let shown = if all { names.len() } else { names.len().min(3) };
    let more = total.saturating_sub(shown);
    let more = if more == 0 { String::new() } else { format!(" and {} more", number(more as u64)) };
    format!("{}{more}", names[..shown].join(", "))
}

/// A text below the heading of a section, its further lines a little further in.
fn lines(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for (line, text) in wrap(text, width - 8).into_iter().enumerate() {
        writeln!(out, "      {}{}", if line == 0 { "" } else { "  " }, printable(&text))?;
    }
    Ok(())
}

pub(in crate::output) fn cluster_words(cluster: &ClusterRow) -> String {
    let canonical = &cluster.canonical;
    let file = canonical.path.rsplit('/').next().unwrap_or(&canonical.path);
    let variants = match cluster.variants {
        1 => String::new(),
        n => format!(" in {n} variants"),
    };
    if cluster.repositories == 1 {
        let n = number(cluster.members.len() as u64);
        return match cluster.kind {
            ClusterKind::Callers => {
                format!("{} has {n} pipelines that only call {}", canonical.repo, listed(&cluster.calls))
            }
            ClusterKind::Copies => format!("{} has {n} pipelines like {file}{variants}", canonical.repo),
        };
    }
    let repositories = counted(cluster.repositories, "repository", "repositories");
    match cluster.kind {
        ClusterKind::Callers => format!("{repositories} only call {}", listed(&cluster.calls)),
        ClusterKind::Copies if cluster.variants == 1 => format!("{repositories} keep the same copy of {file}"),
        ClusterKind::Copies => format!("{repositories} keep copies of {file}{variants}"),
    }
}

/// The first two names, and how many more there are.
fn listed(names: &[String]) -> String {
    match names {
        [a, b, more @ ..] if !more.is_empty() => format!("{a}, {b} and {} more", more.len()),
        names => names.join(" and "),
    }
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

fn findings(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let is_shown = |it: &&FindingCount| it.count > 0 || it.suppressed > 0;
    if !report.summary.findings.iter().any(|it| is_shown(&it)) {
        return Ok(());
    }
    writeln!(out, "  {STRONG}Findings{STRONG:#}")?;
    for it in report.summary.findings.iter().filter(is_shown) {
        let repositories = counted(it.repositories, "repository", "repositories");
        let suppressed = match it.suppressed {
            0 => String::new(),
            n => format!(", {} suppressed", number(n)),
        };
        writeln!(out, "  {:>6}  {:<28} {FAINT}in {repositories}{suppressed}{FAINT:#}", number(it.count), it.id)?;
    }
    writeln!(out)
}

fn next(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    if report.summary.next.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {STRONG}Next{STRONG:#}")?;
    for (n, step) in report.summary.next.iter().enumerate() {
        for (line, text) in wrap(&step.what, width - 6).into_iter().enumerate() {
            let number = if line == 0 { format!("{:>3}", n + 1) } else { "   ".to_owned() };
            writeln!(out, "{number}   {}", printable(&text))?;
        }
        if step.repositories.is_empty() {
            continue;
        }
        let most = if page.verbosity > 0 { usize::MAX } else { 4 };
        let mut names = step.repositories.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
        if step.repositories.len() > most {
            names = format!("{names} and {} more", step.repositories.len() - most);
        }
        for line in wrap(&names, width - 6) {
            writeln!(out, "      {FAINT}{}{FAINT:#}", printable(&line))?;
        }
    }
    writeln!(out)
}

fn not_seen(report: &Report, width: usize, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let it = &report.summary.coverage;
    let mut said = vec![format!(
        "{} of {} recognised, {} read",
        number(it.files_recognised),
        counted(it.files_seen, "file", "files"),
        number(it.files_read)
    )];
    let gaps: u64 = it.gaps.values().sum();
    if gaps > 0 {
        let reasons: Vec<String> =
            it.gaps.iter().map(|(reason, n)| format!("{} {}", number(*n), gap_words(*reason))).collect();
        said.push(format!("gaps in {}: {}", counted(gaps, "file", "files"), reasons.join(", ")));
    }
    if !it.unread_pipelines.is_empty() {
        let systems: Vec<String> =
            it.unread_pipelines.iter().map(|(system, n)| format!("{system} {}", number(*n))).collect();
        said.push(format!("pipelines counted, not read: {}", systems.join(", ")));
    }
    if it.not_checked_out > 0 {
        said.push(format!("{} not checked out", counted(it.not_checked_out, "tracked file", "tracked files")));
    }
    if !it.filtered.is_empty() {
        let filtered: Vec<String> =
            it.filtered.iter().map(|(context, n)| format!("{} {}", number(*n), context_words(*context))).collect();
        said.push(format!("uses that don't count: {}", filtered.join(", ")));
    }
    if it.without_identity > 0 {
        let repositories = counted(it.without_identity, "repository", "repositories");
        said.push(format!("{repositories} without a remote: what is the organisation's own can't be told there"));
    }
    let dates = report.summary.organisation.repositories.iter().filter_map(|it| it.committed.as_deref());
    let day = |date: &str| date.get(..10).unwrap_or(date).to_owned();
    if let (Some(first), Some(last)) = (dates.clone().min().map(day), dates.max().map(day)) {
        said.push(if first == last {
            format!("HEAD commits of {first}")
        } else {
            format!("HEAD commits from {first} to {last}")
        });
    }
    said.extend(it.notices.iter().cloned());
    writeln!(out, "  {STRONG}Seen and not seen{STRONG:#}")?;
    for text in said {
        for (line, text) in wrap(&text, width - 6).into_iter().enumerate() {
            writeln!(out, "    {}{}", if line == 0 { "" } else { "  " }, printable(&text))?;
        }
    }
    if page.verbosity > 0 {
        for gap in &report.gaps {
            let detail = if gap.detail.is_empty() { String::new() } else { format!(" ({})", gap.detail) };
            let place = printable(&format!("{}/{}:{}", gap.repo, gap.path, gap.line));
            writeln!(out, "    {FAINT}{place}: {}{}{FAINT:#}", gap_words(gap.reason), printable(&detail))?;
        }
    } else if gaps > 0 {
        writeln!(out, "    {FAINT}-v lists every gap{FAINT:#}")?;
    }
    Ok(())
}

/// A gap's reason in words.
pub(in crate::output) fn gap_words(reason: GapReason) -> &'static str {
    match reason {
        GapReason::Binary => "binary",
        GapReason::Encrypted => "encrypted",
        GapReason::FormatNotRead => "in a format that is not read",
        GapReason::InternalError => "on which extraction failed (a bug: please report it)",
        GapReason::NameNotUtf8 => "with a name that is not UTF-8",
        GapReason::NotUtf8 => "not UTF-8",
        GapReason::SpecialFile => "not a regular file",
        GapReason::Syntax => "with broken syntax",
        GapReason::Templated => "templated",
        GapReason::TooLarge => "too large",
        GapReason::TooComplex => "too complex",
        GapReason::Unreadable => "unreadable",
        GapReason::InvalidReference => "with an invalid reference",
        GapReason::Unresolved => "with an unresolved value",
    }
}

pub(in crate::output) fn context_words(context: Context) -> &'static str {
    match context {
        Context::Production => "in production",
        Context::Example => "in examples",
        Context::Test => "in tests",
        Context::Vendored => "in vendored code",
        Context::Generated => "in generated files",
        Context::Template => "in templates",
    }
}

/// A number with separators: `31,204`.
pub(in crate::output) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(in crate::output) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// Breaks a text into lines of at most this width, at blanks; a word longer than a line stays whole.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{number, wrap};

    #[test]
    fn numbers_have_separators() {
        assert_eq!(number(7), "7");
        assert_eq!(number(1_000), "1,000");
        assert_eq!(number(31_204), "31,204");
    }

    #[test]
    fn text_wraps_at_blanks() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 3), ["unbreakable"]);
    }
}
