//! Words that several outputs say the same way.

use crate::facts::{Artifact, Context, GapReason};
use crate::level::{Gate, Range};
use crate::measure::{AnswerStanding, Value};
use crate::report::summary::{ClusterKind, ClusterRow, Share, Summary, TenantsRow};
use crate::rules::{Basis, Met, Unit, percent};

/// A share in per cent: a range where some can't be told.
pub(super) fn percents(it: Share) -> String {
    let all = (it.of + it.unknown) as f64;
    let (low, high) = (percent(it.n as f64 / all), percent((it.n + it.unknown) as f64 / all));
    if low == high { format!("{low} %") } else { format!("{low}–{high} %") }
}

/// A share in words: `17 of 21, 3 unknown`.
pub(super) fn share(it: Share) -> String {
    match (it.of, it.unknown) {
        (0, 0) => "–".to_owned(),
        (0, unknown) => format!("{} unknown", number(unknown)),
        (of, 0) => format!("{} of {}", number(it.n), number(of)),
        (of, unknown) => format!("{} of {}, {} unknown", number(it.n), number(of), number(unknown)),
    }
}

/// What a kind of artifact is called in headings.
pub(super) fn artifact_heading(artifact: Artifact) -> &'static str {
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

/// A group of pipelines in one line.
pub(super) fn cluster_words(cluster: &ClusterRow) -> String {
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
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [a, b, more @ ..] if !more.is_empty() => format!("{a}, {b} and {} more", more.len()),
        names => names.join(" and "),
    }
}

/// The first three names of a list, or all that are there, and how many more there are.
pub(super) fn first_of(names: &[String], total: usize, all: bool) -> String {
    let shown = if all { names.len() } else { names.len().min(3) };
    let more = total.saturating_sub(shown);
    let more = if more == 0 { String::new() } else { format!(" and {} more", number(more as u64)) };
    format!("{}{more}", names[..shown].join(", "))
}

/// A gap's reason in words.
pub(super) fn gap_words(reason: GapReason) -> &'static str {
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

/// Where uses lie that don't count.
fn context_words(context: Context) -> &'static str {
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
pub(super) fn number(n: u64) -> String {
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

/// `1 file`, `31,204 files`.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// How many tenants of a repository use what is shared.
pub(super) fn tenants_words(row: &TenantsRow) -> String {
    let nothing = match row.with_nothing {
        0 => String::new(),
        n => format!("; {} have nothing it could be used for", number(n)),
    };
    format!("{} has {} tenants: {} use what is shared{nothing}", row.repo, number(row.tenants), share(row.adoption))
}

/// What was looked at and what could not be read, a line each; without the notices, which are texts of others.
pub(super) fn seen_and_not_seen(summary: &Summary) -> Vec<String> {
    let it = &summary.coverage;
    let mut said = vec![format!(
        "{} of {} recognised, {} read",
        number(it.files_recognised),
        counted(it.files_seen, "file", "files"),
        number(it.files_read)
    )];
    let list = |said: &mut Vec<String>, words: &str, all: Vec<String>| {
        if !all.is_empty() {
            said.push(format!("{words}: {}", all.join(", ")));
        }
    };
    let reasons = it.gaps.iter().map(|(reason, n)| format!("{} {}", number(*n), gap_words(*reason))).collect();
    let files = counted(it.gaps.values().sum(), "file", "files");
    list(&mut said, &format!("gaps in {files}"), reasons);
    let systems = it.unread_pipelines.iter().map(|(system, n)| format!("{system} {}", number(*n))).collect();
    list(&mut said, "pipelines counted, not read", systems);
    if it.not_checked_out > 0 {
        said.push(format!("{} not checked out", counted(it.not_checked_out, "tracked file", "tracked files")));
    }
    let contexts = it.filtered.iter().map(|(context, n)| format!("{} {}", number(*n), context_words(*context)));
    list(&mut said, "uses that don't count", contexts.collect());
    if it.without_identity > 0 {
        let repositories = counted(it.without_identity, "repository", "repositories");
        said.push(format!("{repositories} without a remote: what is the organisation's own can't be told there"));
    }
    let dates = summary.organisation.repositories.iter().filter_map(|it| it.committed.as_deref());
    let day = |date: &str| date.get(..10).unwrap_or(date).to_owned();
    if let (Some(first), Some(last)) = (dates.clone().min().map(day), dates.max().map(day)) {
        said.push(match first == last {
            true => format!("HEAD commits of {first}"),
            false => format!("HEAD commits from {first} to {last}"),
        });
    }
    said
}

/// Whether a gate waits for somebody to answer.
pub(super) fn is_unanswered(gate: &Gate) -> bool {
    matches!(gate.answer, Some(AnswerStanding::Unanswered | AnswerStanding::Expired))
}

/// What a gate comes to, its bound, and how the answer stands.
pub(super) fn gate_words(gate: &Gate) -> String {
    let value = value_words(gate.value, gate.unknown, gate.basis);
    let is_share = gate.value.is_none_or(|it| it.of.is_some());
    // A bound of the user's own is no bound of the model's, and says so.
    let ours = gate
        .threshold
        .map(|it| format!(", by the configuration; the rule says {}", number_words(it.rule.bound(), is_share)));
    let value = match gate.met.map(|it| bound_words(it, is_share)) {
        Some(bound) if !value.is_empty() => format!("{value} (gate {bound}{})", ours.unwrap_or_default()),
        _ => value,
    };
    let answer = gate.answer.map(answer_words);
    let says = [Some(value.as_str()).filter(|it| !it.is_empty()), gate.note.as_deref(), answer];
    says.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// A value with its unit, how many it is of, and how many can't be told.
pub(super) fn value_words(value: Option<Value>, unknown: u64, basis: Basis) -> String {
    match value {
        Some(Value { of: Some((n, of)), unit, .. }) => {
            let share = Share { n, of, unknown };
            let unknown = if unknown > 0 { format!(", {unknown} unknown") } else { String::new() };
            format!("{}: {} of {} {}{unknown}", percents(share), number(n), number(of), unit.words(of))
        }
        Some(value) if value.unit == Unit::Places => format!("{} of evidence", value.words()),
        Some(value) => value.words(),
        None if unknown > 0 => format!("{unknown} unknown, nothing else to count"),
        None if basis == Basis::Attested || basis == Basis::NotObservable => String::new(),
        None => "nothing to count".to_owned(),
    }
}

/// A bound: `≥ 40 %`.
pub(super) fn bound_words(met: Met, is_share: bool) -> String {
    let sign = match met {
        Met::AtLeast(_) => "≥",
        Met::Above(_) => ">",
        Met::AtMost(_) => "≤",
    };
    format!("{sign} {}", number_words(met.bound(), is_share))
}

fn number_words(bound: f64, is_share: bool) -> String {
    if is_share { format!("{} %", percent(bound)) } else { bound.to_string() }
}

/// How the answer of people stands.
pub(super) fn answer_words(it: AnswerStanding) -> &'static str {
    match it {
        AnswerStanding::Unanswered => "not answered yet",
        AnswerStanding::Expired => "the answer has expired",
        AnswerStanding::Answered => "answered",
        AnswerStanding::Contradicted => "files contradict the answer",
    }
}

/// What higher level is possible, and what it waits for; nothing where it is certain.
pub(super) fn possible_level(level: &Range) -> Option<String> {
    if level.high <= level.low {
        return None;
    }
    let open = level.gates.iter().filter(|it| it.level <= level.high && is_unanswered(it)).count();
    let answers = counted(open as u64, "answer is missing", "answers are missing");
    Some(match open {
        0 => format!("could be level {}: not all of it can be told", level.high),
        _ => format!("could be up to level {}: {answers} (levelset assess)", level.high),
    })
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_have_separators() {
        assert_eq!(number(7), "7");
        assert_eq!(number(1_000), "1,000");
        assert_eq!(number(31_204), "31,204");
    }
}
