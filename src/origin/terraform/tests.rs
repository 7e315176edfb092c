//! The tables of cases: addresses as written → origin and version, in one line each.

use super::*;

/// `kind host owner/name path` of an origin, and the pin with what it holds.
fn told(source: &str, version: Option<&str>, folder: &str) -> String {
    let Reference { origin, version } = Reference::of(parse(source, version, folder));
    let origin = match origin {
        Origin::Local { path } => format!("local {path:?}"),
        Origin::Repo { host, owner, name, path } => format!("repo {host} {owner}/{name} {path:?}"),
        Origin::Registry { host, name, path } => format!("registry {host} {name} {path:?}"),
        Origin::Url { host, path } => format!("url {host} {path}"),
        Origin::Invalid { .. } => return "invalid".to_owned(),
        other => format!("{other:?}"),
    };
    let Version { pin, reference, constraint, digest } = version;
    let held = [reference, constraint, digest].into_iter().flatten().collect::<Vec<_>>().join(" ");
    format!("{origin} {pin:?} {held}").trim_end().to_owned()
}

fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(told(source, None, "infra/live"), *expected, "{source}");
    }
}

#[test]
fn the_tables_are_sorted() {
    assert!(NOT_REGISTRIES.is_sorted());
    assert!(FORGES.is_sorted());
    assert!(ARCHIVES.is_sorted());
    assert!(FLOATING_TAGS.is_sorted());
}

#[test]
fn local_paths_become_repository_relative() {
    check(&[
        ("./modules/vpc", r#"local "infra/live/modules/vpc" SameCommit"#),
        ("../modules//vpc/", r#"local "infra/modules/vpc" SameCommit"#),
        ("../..", r#"local "" SameCommit"#),
        ("../../", r#"local "" SameCommit"#),
        ("./", r#"local "infra/live" SameCommit"#),
        ("../../../other", r#"local "../other" SameCommit"#),
        ("../../../../other", r#"local "../../other" SameCommit"#),
        (r"..\modules\vpc", r#"local "infra/modules/vpc" SameCommit"#),
        (r".\vpc", r#"local "infra/live/vpc" SameCommit"#),
        ("./a/../b", r#"local "infra/live/b" SameCommit"#),
    ]);
    assert_eq!(told("./vpc", None, ""), r#"local "vpc" SameCommit"#);
    assert_eq!(told("./", None, ""), r#"local "" SameCommit"#);
}

#[test]
fn absolute_paths_are_packages_from_elsewhere() {
    check(&[
        ("/opt/modules/x", "url  /opt/modules/x Default"),
        ("file:///opt/modules/x.zip", "url  /opt/modules/x.zip Default"),
        ("C:/modules/x", "url  C:/modules/x Default"),
        (r"C:\modules\x", r"url  C:\modules\x Default"),
    ]);
}

#[test]
fn registry_addresses() {
    check(&[
        ("hashicorp/consul/aws", r#"registry registry.terraform.io hashicorp/consul/aws "" Default"#),
        (
            "hashicorp/consul/aws//modules/x/",
            r#"registry registry.terraform.io hashicorp/consul/aws "modules/x" Default"#,
        ),
        (
            "app.terraform.io/example-corp/k8s-cluster/azurerm",
            r#"registry app.terraform.io example-corp/k8s-cluster/azurerm "" Default"#,
        ),
        ("Registry.Example.com:8443/ns/n/aws", r#"registry registry.example.com:8443 ns/n/aws "" Default"#),
        ("gitlab.com/group/name/aws", r#"registry gitlab.com group/name/aws "" Default"#),
        ("gitlab.com/group/project", "invalid"),
        ("boop/bloop", "invalid"),
        ("a/b/c/d", "invalid"),
        ("a/b/AWS", "invalid"),
        ("-a/b/aws", "invalid"),
        ("xn--e1afmkfd.example/a/b/aws", "invalid"),
        ("hashicorp/subnets/cidr//../nope", "invalid"),
        ("hashicorp/consul/aws?ref=v1", "invalid"),
        ("", "invalid"),
        (".", "invalid"),
        ("..", "invalid"),
    ]);
}

#[test]
fn a_version_makes_it_a_registry_address_or_an_error() {
    let cases = [
        ("hashicorp/consul/aws", "0.1.0", r#"registry registry.terraform.io hashicorp/consul/aws "" Exact 0.1.0"#),
        ("hashicorp/consul/aws", "= 0.1.0", r#"registry registry.terraform.io hashicorp/consul/aws "" Exact = 0.1.0"#),
        ("hashicorp/consul/aws", "~> 0.1", r#"registry registry.terraform.io hashicorp/consul/aws "" Range ~> 0.1"#),
        (
            "hashicorp/consul/aws",
            ">= 1, < 2",
            r#"registry registry.terraform.io hashicorp/consul/aws "" Range >= 1, < 2"#,
        ),
        ("./modules/x", "1.0.0", "invalid"),
        ("github.com/o/r", "1.0.0", "invalid"),
        ("git::https://h/o/r.git", "1.0.0", "invalid"),
    ];
    for (source, version, expected) in cases {
        assert_eq!(told(source, Some(version), ""), expected, "{source} {version}");
    }
    let Reference { origin, version } = Reference::of(parse("./modules/x", Some("1.0.0"), ""));
    let Origin::Invalid { reason } = origin else { panic!("{origin:?}") };
    assert!(reason.contains("`version`"), "{reason}");
    assert_eq!(version.constraint.as_deref(), Some("1.0.0"));
}

#[test]
fn git_sources() {
    check(&[
        ("git::https://h.org/o/x.git", r#"repo h.org o/x "" Default"#),
        ("git::https://h.org/x.git", r#"repo h.org /x "" Default"#),
        ("git::https://h.org/o/x.git?ref=v1.2.0", r#"repo h.org o/x "" Exact v1.2.0"#),
        ("git::https://h.org/o/x.git//mod/a?ref=v1.2.0", r#"repo h.org o/x "mod/a" Exact v1.2.0"#),
        ("git::https://h.org/o/x.git?depth=1&ref=main", r#"repo h.org o/x "" Branch main"#),
        ("git::https://h.org/o/x.git?ref=4.x", r#"repo h.org o/x "" TagOrBranch 4.x"#),
        ("git::https://h.org/o/x.git?ref=9facf9f", r#"repo h.org o/x "" ShortSha 9facf9f"#),
        (
            "git::https://h.org/o/x.git?ref=407e3db34a65b384c20ef718f55d9ceacb97a846",
            r#"repo h.org o/x "" Sha 407e3db34a65b384c20ef718f55d9ceacb97a846"#,
        ),
        ("git::https://h.org/o/x.git?ref=feature%2Fx", r#"repo h.org o/x "" TagOrBranch feature/x"#),
        ("git::https://h.org/o/x.git?ref=", r#"repo h.org o/x "" Default"#),
        ("git::https://u:p@h.org:8443/o/x.git?ref=v1", r#"repo h.org o/x "" Partial v1"#),
        ("git::ssh://user@h.org/o/x.git", r#"repo h.org o/x "" Default"#),
        ("git::ssh://git@h.org:7999/o/x.git?ref=v1.0.0", r#"repo h.org o/x "" Exact v1.0.0"#),
        ("git::ssh://git@host:org/repo", "invalid"),
        ("git::git@h.org:o/r.git", r#"repo h.org o/r "" Default"#),
        ("git::username@h.org:x.git", r#"repo h.org /x "" Default"#),
        ("git@github.com:o/r.git", r#"repo github.com o/r "" Default"#),
        ("git@github.com:o/r.git//sub?ref=v2.0.0", r#"repo github.com o/r "sub" Exact v2.0.0"#),
        ("git@github.com:o/r?ref=v2.0.0", r#"repo github.com o/r "" Exact v2.0.0"#),
        ("git://h.org/o/r.git", r#"repo h.org o/r "" Default"#),
        ("ssh://git@h.org/o/r.git", r#"repo h.org o/r "" Default"#),
        ("git::https://gitlab.com/a/b/c/d.git//m?ref=v1.0.0", r#"repo gitlab.com a/b/c/d "m" Exact v1.0.0"#),
        (
            "git::https://dev.azure.com/org/proj/_git/repo//m?ref=v1.0.0",
            r#"repo dev.azure.com org/proj/repo "m" Exact v1.0.0"#,
        ),
        ("git@ssh.dev.azure.com:v3/org/proj/repo", r#"repo dev.azure.com org/proj/repo "" Default"#),
        (
            "git::git@ssh.dev.azure.com:v3/org/proj/repo//m?ref=main",
            r#"repo dev.azure.com org/proj/repo "m" Branch main"#,
        ),
        ("git::https://h.org/", "invalid"),
        ("git::foo/bar", "invalid"),
        ("git::./foo", "invalid"),
        ("git::/srv/x.git", "url  /srv/x.git Default"),
        ("hg::http://h.org/o/x.hg?ref=v1.0.0", r#"repo h.org o/x.hg "" Exact v1.0.0"#),
        ("hg::http://h.org/o/x.hg?rev=default", r#"repo h.org o/x.hg "" TagOrBranch default"#),
        ("zip::https://h.org/x", "invalid"),
        ("gopher://h.org/x", "invalid"),
    ]);
}

#[test]
fn shorthands_of_forges() {
    check(&[
        ("github.com/org/repo", r#"repo github.com org/repo "" Default"#),
        ("github.com/org/repo.git?ref=v1.0.0", r#"repo github.com org/repo "" Exact v1.0.0"#),
        ("github.com/org/repo/aws", r#"repo github.com org/repo "aws" Default"#),
        ("github.com/org/repo/a//b?ref=v1.0.0", r#"repo github.com org/repo "a/b" Exact v1.0.0"#),
        ("github.com/org/repo//sub?ref=bar/baz", r#"repo github.com org/repo "sub" TagOrBranch bar/baz"#),
        ("github.com/org/repo?ref=bar/baz", r#"repo github.com org/repo "" TagOrBranch bar/baz"#),
        ("github.com/org", "invalid"),
        ("git::github.com/org/repo?ref=v1.0.0", r#"repo github.com org/repo "" Exact v1.0.0"#),
        ("bitbucket.org/team/repo", r#"repo bitbucket.org team/repo "" Default"#),
        ("bitbucket.org/team/repo//m?ref=v1.0.0", r#"repo bitbucket.org team/repo "m" Exact v1.0.0"#),
        ("gitlab.example.org/team/repo", "invalid"),
        ("host.example.org:o/r", "invalid"),
    ]);
}

#[test]
fn a_folder_after_the_query_is_no_part_of_the_ref() {
    check(&[
        (
            "git::https://github.com/o/r.git?ref=pre-shared-vpc//modules//tls//tls_private_key",
            r#"repo github.com o/r "modules/tls/tls_private_key" TagOrBranch pre-shared-vpc"#,
        ),
        ("git::https://github.com/o/r.git//a?ref=v1.0.0//b", r#"repo github.com o/r "a/b" Exact v1.0.0"#),
        ("git::https://github.com/o/r.git//a//b?ref=v1.0.0", r#"repo github.com o/r "a/b" Exact v1.0.0"#),
        ("git::https://github.com/o/r.git//../b", "invalid"),
    ]);
}

#[test]
fn downloads() {
    let sha = "sha256:0123";
    check(&[
        ("https://h.org/vpc.zip", "url h.org vpc.zip Default"),
        ("https://h.org/vpc-1.2.0.tar.gz", "url h.org vpc-1.2.0.tar.gz TagOrBranch vpc-1.2.0"),
        ("https://h.org/v1.2/vpc.zip", "url h.org v1.2/vpc.zip TagOrBranch v1.2"),
        ("https://h.org/m?archive=zip", "url h.org m Default"),
        (&format!("https://h.org/vpc.zip?checksum={sha}"), &format!("url h.org vpc.zip Digest {sha}")),
        ("https://H.org:8443/vpc.zip//sub?archive=zip", "url h.org vpc.zip Default"),
        ("http::https://h.org/vpc.zip", "url h.org vpc.zip Default"),
        ("https://github.com/o/r.git", r#"repo github.com o/r "" Default"#),
        ("https://h.org/o/r.git?ref=v1.0.0", r#"repo h.org o/r "" Exact v1.0.0"#),
        ("https://github.com/o/r/archive/v1.2.3.tar.gz", r#"repo github.com o/r "" Exact v1.2.3"#),
        (
            "https://github.com/o/r/archive/refs/tags/v1.2.3.zip//r-1.2.3/m",
            r#"repo github.com o/r "r-1.2.3/m" Exact v1.2.3"#,
        ),
        ("https://github.com/o/r/releases/download/v1.2.3/m.zip", r#"repo github.com o/r "" Exact v1.2.3"#),
        ("https://gitlab.com/g/s/r/-/archive/v1.2.3/r-v1.2.3.zip", r#"repo gitlab.com g/s/r "" Exact v1.2.3"#),
        ("s3::https://s3-eu-west-1.amazonaws.com/b/k.zip", "url s3-eu-west-1.amazonaws.com b/k.zip Default"),
        ("s3::https://s3.amazonaws.com/b/k.zip?version=abc", "url s3.amazonaws.com b/k.zip Exact abc"),
        ("bucket.s3.amazonaws.com/k.zip", "url bucket.s3.amazonaws.com k.zip Default"),
        (
            "gcs::https://www.googleapis.com/storage/v1/b/k.zip",
            "url www.googleapis.com storage/v1/b/k.zip TagOrBranch v1",
        ),
        ("www.googleapis.com/storage/foo/b/k.zip", "url www.googleapis.com storage/foo/b/k.zip Default"),
    ]);
}

#[test]
fn oci_and_terragrunt_registries() {
    check(&[
        ("oci://h.org/a/b", r#"registry h.org a/b "" Default"#),
        ("oci://h.org/a/b//sub?tag=v1.0.0", r#"registry h.org a/b "sub" Exact v1.0.0"#),
        ("oci://h.org/a/b?tag=1.0", r#"registry h.org a/b "" Partial 1.0"#),
        ("oci://h.org/a/b?tag=latest", r#"registry h.org a/b "" FloatingTag latest"#),
        ("oci://h.org/a/b?tag=blue", r#"registry h.org a/b "" Tag blue"#),
        ("oci://h.org/a/b?digest=sha256:0123", r#"registry h.org a/b "" Digest sha256:0123"#),
        ("oci://h.org/a/b?tag=x&digest=sha256:0123", "invalid"),
        ("oci://h.org/a/b?ref=x", "invalid"),
        ("oci://h.org/a/b:v1", "invalid"),
        ("oci://h.org/a/b@sha256:0123", "invalid"),
        ("oci://h.org", "invalid"),
        ("oci::https://h.org/a/b", "invalid"),
        (
            "tfr:///ns/name/aws//modules/x?version=4.3.0",
            r#"registry registry.terraform.io ns/name/aws "modules/x" Exact 4.3.0"#,
        ),
        ("tfr://r.example.org/ns/name/aws?version=3.3.0", r#"registry r.example.org ns/name/aws "" Exact 3.3.0"#),
        ("tfr://r.example.org/ns/name/aws", r#"registry r.example.org ns/name/aws "" Default"#),
    ]);
}

#[test]
fn providers() {
    let cases = [
        ("aws", "registry.terraform.io hashicorp/aws"),
        ("integrations/github", "registry.terraform.io integrations/github"),
        ("Registry.Example.org/acme/thing", "registry.example.org acme/thing"),
        ("terraform", "terraform.io builtin/terraform"),
        ("terraform.io/builtin/terraform", "terraform.io builtin/terraform"),
        ("a/b/c", "invalid"),
        ("a/b/c/d", "invalid"),
        ("", "invalid"),
        ("https://h/x", "invalid"),
    ];
    for (source, expected) in cases {
        let told = match Reference::of(provider(source, None)).origin {
            Origin::Registry { host, name, .. } => format!("{host} {name}"),
            _ => "invalid".to_owned(),
        };
        assert_eq!(told, expected, "{source}");
    }
    assert_eq!(provider("aws", Some("~> 5.0")).unwrap().version.constraint.as_deref(), Some("~> 5.0"));
}
