//! Measures as sentences, for those who read what a rule counts.

use serde::Serialize;

use super::measure::{
    Among, ArtifactName, Builtin, EvidenceFilter, Measure, Once, Quality, Share, Strength, Subject, That, Unit,
};
use super::percent;

impl Measure {
    /// The measure as a sentence.
    pub fn words(&self) -> String {
        match self {
            Measure::Share(share) => share_words(share),
            Measure::Count(it) => format!("The number of {}{}.", it.of.words(2), among_words(&it.among, it.of)),
            Measure::Distinct(it) => {
                let by = match it.by {
                    Strength::Exact => "document",
                    Strength::Structure => "structure",
                    Strength::Near => "near cluster",
                    Strength::Skeleton => "skeleton",
                };
                format!("The number of delivery pipelines that differ in {by}.")
            }
            Measure::Found(filter) => format!(
                "The number of {} {}. Where there is none, it is unknown: what is kept elsewhere no file shows.",
                match filter.once {
                    None => "places of evidence in production",
                    Some(Once::Repository) => "repositories with evidence in production",
                },
                filter.words()
            ),
            Measure::Indicators(ids) => {
                format!("The share of these indicators that are met, answers included: {}.", ids.join(", "))
            }
            Measure::Builtin(it) => builtin_words(*it),
        }
    }
}

fn share_words(share: &Share) -> String {
    let of = match share.of {
        Unit::Teams => "teams (repositories, where less than half of those that count have a known team)".to_owned(),
        of => of.words(2).to_owned(),
    };
    format!("The share, of all {of}{}, of those {}.", among_words(&share.among, share.of), that_words(&share.that))
}

fn among_words(among: &Among, of: Unit) -> String {
    let Among { uses_or_declares, are, have } = among;
    let subject = uses_or_declares.map(|it| match it {
        Subject::Terraform => " with Terraform of their own",
        Subject::Ci => " with pipelines",
        Subject::Charts => " with charts of their own",
        Subject::Images => " with image files",
        Subject::Any => " with Terraform, pipelines, charts or image files of their own",
    });
    let are: Vec<String> = are.iter().map(|it| quality_words(*it, None)).collect();
    let are = (!are.is_empty()).then(|| format!(" {}", are.join(" and ")));
    let have = have.as_ref().map(|it| match of {
        Unit::Places => format!(" of evidence in production {}", it.words()),
        Unit::Kinds => format!(" in production {}, each counted once in a repository", it.words()),
        _ => format!(" that have evidence in production {}", it.words()),
    });
    [subject.map(str::to_owned), are, have].into_iter().flatten().collect()
}

fn that_words(that: &That) -> String {
    let That { uses, from: _, are, described, have, lack } = that;
    if let Some(are) = are {
        return quality_words(*are, *described);
    }
    if let Some(have) = have {
        return if have.markers.is_empty() { have.words() } else { format!("that have evidence {}", have.words()) };
    }
    if let Some(lack) = lack {
        return format!("that have no evidence {}", lack.words());
    }
    let uses: Vec<&str> = uses.iter().map(|it| artifact_words(*it)).collect();
    format!("that use {} shared by another repository of the organisation", uses.join(" or "))
}

fn artifact_words(it: ArtifactName) -> &'static str {
    match it {
        ArtifactName::TerraformModule => "Terraform modules",
        ArtifactName::CiTemplate => "pipeline templates",
        ArtifactName::CiAction => "actions",
        ArtifactName::BaseImage => "base images",
        ArtifactName::HelmChart => "charts",
        ArtifactName::Any => "modules, templates, actions, base images or charts",
    }
}

fn quality_words(quality: Quality, described: Option<f64>) -> String {
    let words = match (quality, described) {
        (Quality::Documented, Some(described)) => {
            return format!(
                "that have a README or description and describe {} % of their inputs and outputs",
                percent(described)
            );
        }
        (Quality::Documented, None) => "that are documented",
        (Quality::Versioned, _) => "whose versions can be told apart",
        (Quality::Indexed, _) => "that a document of the organisation names which lists what there is to use",
        (Quality::UsedElsewhere, _) => "that at least two other repositories use",
        (Quality::Maintained, _) => "whose repository was changed within a year",
        (Quality::FromReadyRepositories, _) => {
            "whose own repository passes at least three of the five checks of readiness"
        }
        (Quality::Provisioning, _) => "that provision something, by code, by commands or by instructions",
        (Quality::Scripted, _) => "that have scripts, makefiles or the like",
        (Quality::Deployable, _) => "that hold something that is run: an image, a chart, a workload, a function",
        (Quality::Delivering, _) => "with delivery pipelines",
        (Quality::Deploying, _) => "with pipelines that deploy or provision",
        (Quality::MoreThanOffering, _) => {
            "that offer nothing to others, or hold something besides that is run or provisioned"
        }
        (Quality::DefinedInCode, _) => "that declare infrastructure or workloads as code",
        (Quality::AppliedByPipeline, _) => "whose infrastructure code a pipeline or a controller applies",
        (Quality::DeployedAutomatically, _) => "whose deployment a change starts, without anybody",
        (Quality::DeployedWhenMerged, _) => "whose deployment a merged change or the clock starts, without anybody",
        (Quality::TestedBeforeDeploy, _) => "that test in the same pipeline before they deploy",
        (Quality::Owned, _) => "that a team owns, by the catalogue, CODEOWNERS or OWNERS",
        (Quality::Scanned, _) => {
            "whose pipelines look for faults without running the program: linters, scanners, policies"
        }
        (Quality::ScannedByTemplate, _) => "whose scan comes with a shared template or action",
        (Quality::OnGoldenPath, _) => "that use what is shared for each artifact they have a place for",
        (Quality::Ready, _) => {
            "that pass at least three of five checks: an owner, a runbook, alerts, updates of dependencies, a scan"
        }
    };
    words.to_owned()
}

fn builtin_words(builtin: Builtin) -> String {
    match builtin {
        Builtin::DeliveryFoundElsewhere => {
            "The share, of all repositories with delivery pipelines, of those that have \
            a delivery structure in common with another repository."
                .to_owned()
        }
        Builtin::WaysToProvision { class } => format!(
            "The number of different ways in which the organisation provisions {} things: as resources, by modules, \
            charts, claims, scripts and so on.",
            wire(&class)
        ),
        Builtin::ClassesWithASharedWay => {
            "The share, of the classes of things that are provisioned (databases, buckets, \
            queues and so on), of those for which a module of the organisation or a claim is in use."
                .to_owned()
        }
        Builtin::SelfServiceChain => "The links of the chain from a request to a running database that files show: a \
            template or action, a claim or module of the organisation, checks by policy, what brings it about, how its \
            credentials arrive."
            .to_owned(),
        Builtin::DeployTools => "The number of tools that pipelines and repositories deploy with.".to_owned(),
        Builtin::StandardTools => {
            "The share of the categories of tools (CI, infrastructure code, packaging, updates of \
            dependencies) in which one tool serves at least two repositories in three."
                .to_owned()
        }
        Builtin::EnvironmentsInCode => "The share, of the environments that code names, of those that infrastructure \
            code or manifests describe and a pipeline or a controller brings about."
            .to_owned(),
    }
}

impl EvidenceFilter {
    /// What it lets pass, as a clause.
    pub fn words(&self) -> String {
        let EvidenceFilter {
            markers,
            tools,
            except_tools,
            modes,
            says,
            says_any,
            fewer_steps_than,
            by_people,
            in_root,
            once: _,
        } = self;
        let list = |words: Vec<String>| words.join(", ");
        let mut clauses = Vec::new();
        if !markers.is_empty() {
            clauses.push(format!("of {}", list(markers.iter().map(wire).collect())));
        }
        if !tools.is_empty() {
            clauses.push(format!("by {}", tools.join(", ")));
        }
        if !except_tools.is_empty() {
            clauses.push(format!("by anything but {}", except_tools.join(", ")));
        }
        if !modes.is_empty() {
            clauses.push(format!("that is {}", modes.iter().map(wire).collect::<Vec<_>>().join(" or ")));
        }
        if !says.is_empty() {
            clauses.push(format!("that says {}", list(says.iter().map(wire).collect())));
        }
        if !says_any.is_empty() {
            clauses.push(format!("that says {}", says_any.iter().map(wire).collect::<Vec<_>>().join(" or ")));
        }
        if let Some(steps) = fewer_steps_than {
            clauses.push(format!("with fewer than {steps} steps"));
        }
        if *by_people {
            clauses.push("that no pipeline runs".to_owned());
        }
        if *in_root {
            clauses.push("in the root of the repository".to_owned());
        }
        clauses.join(" ")
    }
}

/// The public word of a closed set, with spaces in place of hyphens.
fn wire(it: &impl Serialize) -> String {
    let word = serde_json::to_value(it).ok().and_then(|it| it.as_str().map(str::to_owned));
    word.unwrap_or_default().replace('-', " ")
}
