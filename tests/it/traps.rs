//! What a naive scanner gets wrong, one test a trap: each was seen in real repositories. `testdata/traps/<number>/`
//! has a small organisation of the same shape, and the tests what is true of it, written by hand.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests that read testdata")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use levelset::answers::Answers;
use levelset::classify::{FileKind, kind};
use levelset::facts::{Artifact, Context, Facts, MarkerKind};
use levelset::measure::adoption::{Standing, Standings};
use levelset::org::{Org, link};
use levelset::origin::{Origin, Reference};
use levelset::pipeline::System;
use levelset::report::Report;
use levelset::rules::Rules;

use crate::extract::repo;
use crate::indicators::organisation;
use crate::references::told;

fn case(number: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/traps").join(number)
}

fn org(number: &str) -> Org {
    link(organisation(&case(number)), &Rules::load(None).unwrap().tables)
}

fn report(number: &str) -> Report {
    levelset::report(organisation(&case(number)), &Rules::load(None).unwrap(), &Answers::default(), "2026-01-01")
}

/// The uses of an artifact: `repository/path:line`, the reference, the pin as the organisation sees it, whose it is;
/// `shared` where it is adoption, and the context where it isn't production.
fn uses(org: &Org, artifact: Artifact) -> Vec<String> {
    let mut found = Vec::new();
    for repo in &org.repos {
        for (usage, link) in repo.linked_uses().filter(|(usage, _)| usage.artifact == artifact) {
            let reference = Reference { origin: usage.origin.clone(), version: usage.version.clone() };
            let pin = serde_json::to_value(link.pin).unwrap();
            let words = [
                format!("{}/{}:{}", repo.id, usage.at.path, usage.at.line),
                told(Ok(reference)).rsplit_once(' ').unwrap().0.to_owned(),
                pin.as_str().unwrap().to_owned(),
                link.owner.id().to_owned(),
            ];
            let more = [(link.shared, "shared"), (usage.context != Context::Production, "no production")];
            let more = more.iter().filter(|it| it.0).map(|it| format!(" {}", it.1)).collect::<String>();
            found.push(words.join(" ") + &more);
        }
    }
    found
}

/// The last words of each use.
fn ends(uses: &[String], words: usize) -> Vec<String> {
    let end = |it: &String| {
        let words: Vec<&str> = it.rsplit(' ').take(words).collect();
        words.into_iter().rev().collect::<Vec<_>>().join(" ")
    };
    uses.iter().map(end).collect()
}

/// Where each repository stands towards an artifact, in one word.
fn standings(org: &Org, artifact: Artifact) -> BTreeMap<&str, &'static str> {
    let all = Standings::of(org);
    let word = |repo| match all.get(repo, artifact) {
        Standing::Adopts { .. } => "adopts",
        Standing::Misses { .. } => "misses",
        Standing::Unknown { .. } => "unknown",
        Standing::Provider { .. } => "provider",
        Standing::NotApplicable => "-",
    };
    org.repos.iter().enumerate().map(|(at, repo)| (repo.id.as_str(), word(at))).collect()
}

#[test]
fn trap_01_required_providers_are_no_modules() {
    let org = org("01");
    let modules = uses(&org, Artifact::TerraformModule);
    assert_eq!(modules, ["acme/shop/main.tf:12 repo github.com acme/tf-queue ref=1.2.0 exact internal shared"]);
    assert_eq!(uses(&org, Artifact::TerraformProvider).len(), 2);
}

#[test]
fn trap_02_what_is_commented_out_is_not_used() {
    let modules = uses(&org("02"), Artifact::TerraformModule);
    assert_eq!(modules, ["acme/shop/main.tf:11 repo github.com acme/tf-queue ref=1.2.0 exact internal shared"]);
}

#[test]
fn trap_03_one_module_has_four_spellings() {
    let org = org("03");
    let modules = uses(&org, Artifact::TerraformModule);
    assert_eq!(ends(&modules, 3), ["exact internal shared"; 4]);
    let assets: BTreeSet<_> =
        org.repos.iter().flat_map(|it| it.linked_uses()).filter_map(|(_, it)| it.asset.clone()).collect();
    assert_eq!(assets.len(), 1, "{assets:?}");
    assert_eq!(
        standings(&org, Artifact::TerraformModule),
        [("acme/shop", "adopts"), ("acme/terraform-aws-tenant", "provider")].into()
    );
}

#[test]
fn trap_04_refs_are_of_many_kinds() {
    let org = org("04");
    let pins = ends(&uses(&org, Artifact::TerraformModule), 3);
    let pins: Vec<&str> = pins.iter().map(|it| it.split(' ').next().unwrap()).collect();
    // The repository was scanned with its tags: what is none of them is a branch.
    let expected = ["exact", "exact", "sha", "short-sha", "branch", "branch", "branch", "branch", "default"];
    assert_eq!(pins, expected);
    let shop = org.repos.iter().find(|it| it.id == "acme/shop").unwrap();
    let said: Vec<_> = shop.facts.resolutions.iter().map(|it| (it.at.line, it.tag.as_deref())).collect();
    assert_eq!(said, [(8, Some("v2.0.0"))]);
}

#[test]
fn trap_05_a_folder_after_the_query_is_no_part_of_the_version() {
    // No ref of git can have two slashes in a row, so what follows the ref was meant as the folder.
    assert_eq!(
        uses(&org("05"), Artifact::TerraformModule),
        [
            "acme/shop/main.tf:2 repo github.com acme/tf-modules //modules/tls/private_key ref=before-sharing tag-or-branch internal shared",
            "acme/shop/main.tf:6 repo github.com acme/tf-modules //modules/tls ref=v1.0.0 exact internal shared",
        ]
    );
}

#[test]
fn trap_06_a_repository_that_uses_itself_adopts_nothing() {
    let org = org("06");
    assert_eq!(
        uses(&org, Artifact::TerraformModule),
        [
            "acme/tf-queue/examples/near/main.tf:2 local . same-commit self no production",
            "acme/tf-queue/examples/plain/main.tf:2 repo github.com acme/tf-queue default self no production",
            "acme/tf-queue/live/main.tf:2 repo github.com acme/tf-queue ref=v1.0.0 exact self",
        ]
    );
    assert_ne!(standings(&org, Artifact::TerraformModule)["acme/tf-queue"], "adopts");
}

#[test]
fn trap_07_a_public_module_from_git_is_not_the_organisations() {
    let org = org("07");
    let modules = uses(&org, Artifact::TerraformModule);
    assert_eq!(ends(&modules, 2), ["sha third-party"]);
    assert_eq!(standings(&org, Artifact::TerraformModule)["acme/shop"], "misses");
}

#[test]
fn trap_08_a_repository_of_many_tenants_is_one_repository_and_many_calls() {
    let report = report("08");
    let row = report.summary.adoption.iter().find(|it| it.artifact == Some(Artifact::TerraformModule)).unwrap();
    // Both figures are shown, and each says what it counts.
    assert_eq!((row.repositories.n, row.repositories.of), (1, 2));
    assert_eq!((row.calls.n, row.calls.of), (3, 3));
    let indicator = report.summary.indicators.iter().find(|it| it.id == "shared-terraform-modules").unwrap();
    let value = indicator.value.as_ref().unwrap();
    assert_eq!(value.unit.words(2), "repositories");
}

#[test]
fn trap_10_reuse_within_a_repository_is_not_shared() {
    let org = org("10");
    assert_eq!(
        uses(&org, Artifact::CiTemplate),
        [
            "acme/shop/.github/workflows/a.yml:4 local .github/workflows/build.yml same-commit self",
            "acme/shop/.github/workflows/a.yml:6 repo github.com acme/workflows //.github/workflows/build.yml ref=v1 partial internal shared",
        ]
    );
}

#[test]
fn trap_11_what_is_offered_and_not_used_is_no_adoption() {
    let report = report("11");
    let row = report.summary.adoption.iter().find(|it| it.artifact == Some(Artifact::CiTemplate)).unwrap();
    assert_eq!((row.repositories.n, row.repositories.of), (0, 1));
    assert!(row.adopters.is_empty());
    let indicator = |id: &str| report.summary.indicators.iter().find(|it| it.id == id).unwrap().verdict;
    assert_eq!(indicator("shared-pipeline-templates"), levelset::measure::Verdict::NotMet);
}

#[test]
fn trap_12_actions_lie_in_any_folder() {
    let org = org("12");
    let actions = uses(&org, Artifact::CiAction);
    assert_eq!(
        ends(&actions, 3),
        ["partial internal shared", "partial internal shared", "partial internal shared", "branch internal shared"]
    );
    let offered: Vec<_> =
        org.assets.keys().filter(|it| it.artifact == Artifact::CiAction).map(|it| it.path.as_str()).collect();
    assert_eq!(offered, [".github/actions/deep", "actions/flat", "cmd/push", "root"]);
    assert!(org.assets.values().all(|it| it.offered.is_some_and(|it| it.offer.is_some())));
}

#[test]
fn trap_13_uses_may_be_quoted() {
    assert_eq!(
        uses(&org("13"), Artifact::CiTemplate),
        [
            "acme/shop/.github/workflows/ci.yml:4 local .github/workflows/build.yml same-commit self",
            "acme/shop/.github/workflows/ci.yml:6 repo github.com acme/workflows //.github/workflows/build.yml ref=v1.2.3 exact internal shared",
            "acme/shop/.github/workflows/ci.yml:8 repo github.com example/scanner //.github/workflows/scan.yml ref=v1.9.2 exact third-party",
        ]
    );
}

#[test]
fn trap_14_jenkins_libraries_are_named_in_many_ways() {
    let org = org("14");
    let found = uses(&org, Artifact::JenkinsLibrary);
    let found: BTreeMap<&str, &str> = found.iter().map(|it| it.split_once(':').unwrap()).collect();
    let expected = [
        ("acme/shop/Jenkinsfile_CNP", "1 server-side Platform default server-side shared"),
        ("acme/shop/Jenkinsfile_nightly", "1 server-side Platform ref=2.4.9 exact server-side shared"),
        ("acme/shop/jobs/a.jenkinsfile", "1 server-side Platform dynamic server-side shared"),
        ("acme/shop/nightly.JenkinsFile", "1 server-side Platform default server-side shared"),
        ("acme/shop/release.Jenkinsfile", "1 server-side Platform default server-side shared"),
        ("acme/shop/testResources/b.jenkins", "1 server-side Platform default server-side no production"),
    ];
    let told = |it: &&str| it.replace("ref=${params.LIB_VERSION} ", "");
    let found: Vec<_> = found.iter().map(|(path, it)| (*path, told(it))).collect();
    assert_eq!(found, expected.map(|(path, it)| (path, it.to_owned())));
}

#[test]
fn trap_15_azure_pipelines_have_any_name_and_backslashes() {
    let org = org("15");
    let found = uses(&org, Artifact::CiTemplate);
    assert_eq!(
        found[..2],
        [
            "acme/shop/azure_pipeline.yaml:10 repo github.com acme/pipeline-templates //templates/dotnet/package.yml ref=refs/tags/v2 partial internal shared",
            "acme/shop/azure_pipeline.yaml:11 repo github.com acme/pipeline-templates //stages/deploy.yml ref=refs/tags/v2 partial internal shared",
        ]
    );
    assert_eq!((found.len(), found[2].contains("dynamic")), (3, true), "{found:?}");
    let pipelines: Vec<_> = org.repos[0].facts.pipelines.iter().map(|it| &*it.at.path).collect();
    assert_eq!(pipelines, ["azure_pipeline.yaml"]);
}

#[test]
fn trap_16_gitlab_includes_stand_below_triggers() {
    let org = org("16");
    let found = uses(&org, Artifact::CiTemplate);
    assert!(found.iter().any(|it| it.contains("platform/shared-ci //pipelines/fixed.yml ref=v2024.1")), "{found:?}");
    // The group on the server of GitLab is not the organisation on GitHub, and is not taken for it.
    assert!(found.iter().all(|it| !it.ends_with("shared")), "{found:?}");
}

#[test]
fn trap_17_pipelines_left_behind_are_not_counted() {
    let org = org("17");
    let repo = &org.repos[0];
    let counted: Vec<_> = repo
        .facts
        .pipelines
        .iter()
        .zip(&repo.pipelines)
        .map(|(it, view)| (it.system, view.runs, view.superseded))
        .collect();
    assert_eq!(counted, [(System::Travis, false, Some(System::Jenkins)), (System::Jenkins, true, None)]);
}

#[test]
fn trap_18_orbs_have_versions_of_their_own() {
    let found = uses(&org("18"), Artifact::CircleciOrb);
    let said: Vec<_> = found.iter().map(|it| it.split_once(".yml:").unwrap().1).collect();
    assert_eq!(said.len(), 4, "{said:?}");
    assert!(said[0].contains("acme/platform ref=11.3.0 exact"), "{said:?}");
    assert!(said[1].contains("acme/e2e-tests ref=volatile floating-tag"), "{said:?}");
    // What the parameter is when nobody gives it, and that somebody may.
    assert!(said[2].contains("acme/dev ref=dev:1 floating-tag"), "{said:?}");
    assert!(said[3].contains("acme/dev") && said[3].contains("dynamic"), "{said:?}");
}

#[test]
fn trap_19_names_of_files_may_have_any_character() {
    let path = "customization/jobs/<machine>.yml";
    let bytes = fs::read(case("19").join("machine.yml")).unwrap();
    let kind = kind(path).unwrap();
    assert_eq!(kind, FileKind::PipelineCandidate);
    let file = levelset::source::SourceFile::new(path.into(), kind, Context::Production, &bytes).unwrap();
    let mut facts = Facts::new(repo("case"));
    let said = levelset::extract::extract(&file, &mut facts, &mut levelset::resolve::Questions::default());
    assert_eq!(said, Some(FileKind::GitlabPipeline));
    assert!(facts.pipelines.iter().all(|it| &*it.at.path == path));
    assert_eq!((facts.pipelines.len(), facts.gaps.len()), (1, 0));
    // A catalogue's file may end in either way, and isn't a pipeline.
    assert_eq!(org("19").repos[0].facts.pipelines.len(), 0);
}

#[test]
fn trap_20_base_images_hide_behind_flags_arguments_and_stages() {
    let org = org("20");
    assert_eq!(
        uses(&org, Artifact::BaseImage),
        [
            "acme/other/Dockerfile:2 image registry.example.org base/java ref=21-distroless partial third-party",
            "acme/shop/Dockerfile:2 image ghcr.io acme/jre ref=25-jammy partial internal shared",
            "acme/shop/Dockerfile:10 image ghcr.io acme/jre ref=25-jammy partial internal shared",
        ]
    );
}

#[test]
fn trap_21_one_platform_has_several_registries_and_mirrors() {
    let org = org("21");
    let found = uses(&org, Artifact::BaseImage);
    assert_eq!(found.len(), 4);
    // A mirror's copy of somebody else's image is not a base image of the organisation.
    let said = ends(&found, 2);
    assert_eq!(said, ["partial internal", "internal shared", "internal shared", "internal shared"], "{found:?}");
    assert!(found[0].starts_with("acme/base"), "{found:?}");
    assert_ne!(standings(&org, Artifact::BaseImage)["acme/base"], "adopts");
}

#[test]
fn trap_22_who_makes_the_base_image_does_not_miss_it() {
    let org = org("22");
    assert_eq!(
        standings(&org, Artifact::BaseImage),
        [("acme/java-base", "provider"), ("acme/shop", "adopts"), ("acme/till", "adopts")].into()
    );
}

#[test]
fn trap_23_chart_versions_are_ranges_and_not_all_files_are_charts() {
    let org = org("23");
    assert_eq!(
        uses(&org, Artifact::HelmChart),
        [
            "acme/a/Chart.yaml:5 registry acme.example.org charts/generic-service constraint=3.17 range internal shared",
            "acme/b/Chart.yaml:5 registry acme.example.org charts/generic-service constraint=3.17.5 exact internal shared",
            "acme/c/Chart.yaml:5 registry acme.example.org charts/generic-service constraint=3 range internal shared",
        ]
    );
    let offers: Vec<_> = org.repos.iter().filter(|it| it.id == "acme/charts").flat_map(|it| &it.facts.offers).collect();
    assert_eq!(offers.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["generic-service"]);
}

#[test]
fn trap_24_the_chart_of_an_application_is_not_the_platforms() {
    let org = org("24");
    assert_eq!(
        uses(&org, Artifact::HelmChart),
        [
            "acme/payments/charts/payments/Chart.yaml:6 registry acme.azurecr.io helm/refunds constraint=0.3.0 exact internal",
            "acme/refunds/charts/refunds/Chart.yaml:6 registry acme.azurecr.io helm/web constraint=5.2.0 exact internal shared",
        ]
    );
}

#[test]
fn trap_25_a_script_that_writes_settings_is_not_the_settings() {
    let facts = organisation(&case("25"));
    let markers: Vec<_> =
        facts.iter().flat_map(|it| &it.markers).filter(|it| it.kind == MarkerKind::DependencyUpdates).collect();
    assert!(markers.is_empty(), "{markers:?}");
}

#[test]
fn trap_26_workflows_are_held_in_many_ways() {
    let pins = ends(&uses(&org("26"), Artifact::CiTemplate), 3);
    assert_eq!(
        pins,
        ["partial internal shared", "sha internal shared", "branch internal shared", "exact internal shared"]
    );
}

/// Without links in their file systems there is no such trap.
#[cfg(unix)]
#[test]
fn trap_09_links_are_not_counted_twice() {
    use std::os::unix::fs::symlink;

    use levelset::repo::discover;
    use levelset::walk::{WalkOptions, walk};

    let place = tempfile::tempdir().unwrap();
    let shop = place.path().join("shop");
    for folder in [".git", "components/a", "components/b"] {
        fs::create_dir_all(shop.join(folder)).unwrap();
    }
    fs::write(shop.join("components/a/main.tf"), "module \"q\" {\n  source = \"github.com/acme/tf-queue\"\n}\n")
        .unwrap();
    symlink("../a/main.tf", shop.join("components/b/main.tf")).unwrap();
    let facts = walk(discover(&[shop]).unwrap().repos, &WalkOptions { untracked: true, ..WalkOptions::default() });
    let modules: Vec<_> = facts.iter().flat_map(|it| &it.uses).map(|it| &*it.at.path).collect();
    assert_eq!(modules, ["components/a/main.tf"]);
    assert!(facts[0].uses.iter().all(|it| matches!(it.origin, Origin::Repo { .. })));
}
