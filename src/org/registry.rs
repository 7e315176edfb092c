//! Whose an image is by its registry, and what an image is a copy of.
//!
//! A mirror or a pull-through cache keeps somebody else's image near: whoever runs it, the image is still the other's,
//! and `mirror.example/docker.io/library/node` and `node` are one.

use crate::org::owner::{Owner, Owners, contains};
use crate::origin::Origin;
use crate::rules::tables::RegistryTable;

/// Whose an image is, by the registry and the first part of its path.
pub fn of_image(registry: &str, repository: &str, owners: &Owners, table: &RegistryTable) -> Owner {
    // A public mirror is as good as what it mirrors.
    if let Some((host, name)) = public_upstream(registry, repository, table) {
        return of_image(&host, &name, owners, table);
    }
    let host = without_port(registry);
    let namespace = repository.split('/').next().unwrap_or("");
    let full = format!("{host}/{repository}");
    if table.vendor_registries.iter().any(|prefix| below(&full, prefix).is_some()) {
        return Owner::Vendor;
    }
    if contains(&table.owner_registries, host) {
        let has_namespace = repository.contains('/');
        return if has_namespace && owners.has_name(namespace) { Owner::Internal } else { Owner::ThirdParty };
    }
    if let Some(account) = aws_account(host) {
        // A private registry of AWS can be read by those it was opened to only: the organisation itself, or AWS.
        let is_vendor = contains(&table.aws_vendor_accounts, account);
        return if is_vendor { Owner::Vendor } else { Owner::Internal };
    }
    let account = table.account_registries.iter().find_map(|domain| host.strip_suffix(domain.as_str()));
    if let Some(account) = account.and_then(|it| it.strip_suffix('.')) {
        return if owners.begins(account) { Owner::Internal } else { Owner::Unknown };
    }
    if is_google(host) {
        // The project is the owner.
        return if owners.begins(namespace) { Owner::Internal } else { Owner::Unknown };
    }
    // A forge's own registry beside it: the first part is the owner there.
    let forge = host.strip_prefix("registry.").unwrap_or(host);
    if owners.knows_host(forge) && owners.has(forge, namespace) {
        return Owner::Internal;
    }
    let domain_is_ours = host.split('.').any(|part| owners.has_name(part));
    if domain_is_ours {
        Owner::Internal
    } else if is_private_host(host, table) {
        Owner::Unknown
    } else {
        Owner::ThirdParty
    }
}

/// What an image is a copy of: registry and repository of the original, where its name tells.
///
/// Told by the registry (`mirror.gcr.io`), by a prefix that a pull-through cache of AWS has by default (`docker-hub/`),
/// or by one of the first two parts of the path (`mirror.example/docker.io/library/node`,
/// `mirror.example/acme/quay.io/org/app`).
pub fn upstream(registry: &str, repository: &str, table: &RegistryTable) -> Option<(String, String)> {
    if registry == "docker.io" {
        return None;
    }
    if let Some(public) = public_upstream(registry, repository, table) {
        return Some(public);
    }
    let parts: Vec<&str> = repository.split('/').collect();
    // GitLab's dependency proxy, below any group.
    if let Some(at) = parts.windows(2).position(|pair| pair == ["dependency_proxy", "containers"]) {
        return original("docker.io", &parts[at + 2..]);
    }
    if aws_account(without_port(registry)).is_some()
        && let Some(host) = table.pull_through_prefixes.get(parts[0])
    {
        return original(host, &parts[1..]);
    }
    let known = mirror_places(registry, &parts, table).find_map(|at| {
        let host = mirrored(parts[at], table)??;
        Some((host, &parts[at + 1..]))
    });
    match (known, parts.as_slice()) {
        (Some((host, rest)), _) => match rest.first().and_then(|first| mirrored(first, table).flatten()) {
            // The cache's name, and then the registry's: `docker-remote/docker.io/library/node`.
            Some(inner) if rest.len() > 1 && rest[0].contains('.') => original(inner, &rest[1..]),
            Some(_) | None => original(host, rest),
        },
        // Docker's official images, in whichever project.
        (None, [_, .., "library", name]) => Some(("docker.io".to_owned(), format!("library/{name}"))),
        (None, _) => None,
    }
}

/// Whether an image's path says it is a mirror's copy of somebody else's image, not an image made by the owner: what it
/// is a copy of may not be known.
pub fn is_mirror(origin: &Origin, table: &RegistryTable) -> bool {
    match origin {
        Origin::Image { registry, repository } if registry != "docker.io" => {
            let parts: Vec<&str> = repository.split('/').collect();
            upstream(registry, repository, table).is_some()
                || mirror_places(registry, &parts, table).any(|at| mirrored(parts[at], table).is_some())
        }
        Origin::Image { .. }
        | Origin::Local { .. }
        | Origin::Repo { .. }
        | Origin::Registry { .. }
        | Origin::Url { .. }
        | Origin::ServerSide { .. }
        | Origin::Dynamic { .. }
        | Origin::Invalid { .. } => false,
    }
}

/// The repository, as host and full name, whose name an image carries, as GitHub's registry does it:
/// `ghcr.io/owner/name`, or something below it.
pub fn repository_of_image<'a>(registry: &str, repository: &'a str) -> Option<(&'static str, &'a str)> {
    if registry != "ghcr.io" {
        return None;
    }
    let end = repository.match_indices('/').nth(1).map_or(repository.len(), |(at, _)| at);
    Some(("github.com", &repository[..end]))
}

/// What a registry that is a mirror for everyone mirrors.
fn public_upstream(registry: &str, repository: &str, table: &RegistryTable) -> Option<(String, String)> {
    let full = format!("{}/{repository}", without_port(registry));
    table.public_mirrors.iter().find_map(|(prefix, host)| {
        let rest = below(&full, prefix)?.strip_prefix('/')?;
        original(host, &rest.split('/').collect::<Vec<_>>())
    })
}

/// The image of a mirrored registry, with `library/` where Docker Hub has it.
fn original(host: &str, parts: &[&str]) -> Option<(String, String)> {
    let name = match parts {
        [] | [""] => return None,
        [name] if host == "docker.io" => format!("library/{name}"),
        parts => parts.join("/"),
    };
    Some((host.to_owned(), name))
}

/// Where in a path a mirror's name may stand: first, or second behind a project. Where the first part is an owner, and
/// at the end, stand other names.
fn mirror_places(registry: &str, parts: &[&str], table: &RegistryTable) -> std::ops::Range<usize> {
    let first = usize::from(contains(&table.owner_registries, without_port(registry)));
    let end = parts.len().saturating_sub(1).min(2);
    first.min(end)..end
}

/// Whether a part of a path says that a mirror's copies lie below it, and of which registry, where that is known.
fn mirrored<'t>(part: &str, table: &'t RegistryTable) -> Option<Option<&'t str>> {
    table.mirror_parts.get(part).map(Option::as_deref)
}

/// `123456789012.dkr.ecr.eu-west-2.amazonaws.com` → the account.
fn aws_account(host: &str) -> Option<&str> {
    let (account, rest) = host.split_once('.')?;
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let service = ["dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."];
    let region = service.iter().find_map(|service| rest.strip_prefix(service))?;
    let (_, domain) = region.split_once('.')?;
    (is_account && AWS_DOMAINS.binary_search(&domain).is_ok()).then_some(account)
}

/// The domains of AWS's partitions; sorted.
const AWS_DOMAINS: &[&str] = &[
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "c2s.ic.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
    "on.amazonwebservices.com.cn",
    "on.aws",
    "sc2s.sgov.gov",
];

fn is_google(host: &str) -> bool {
    host.ends_with("-docker.pkg.dev") || host == "gcr.io" || host.ends_with(".gcr.io")
}

/// Addresses, names that only resolve inside somebody's network, and those of a registry's product: nothing says whose.
fn is_private_host(host: &str, table: &RegistryTable) -> bool {
    host == "localhost"
        || host.parse::<std::net::Ipv4Addr>().is_ok()
        || [".internal", ".corp", ".local", ".lan"].iter().any(|end| host.ends_with(end))
        || !host.contains('.')
        || host.split(['.', '-']).next().is_some_and(|first| contains(&table.registry_products, first))
}

/// The host of a registry; an IPv6 address keeps its brackets.
fn without_port(registry: &str) -> &str {
    match registry.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => registry,
    }
}

/// What follows a prefix of whole parts.
fn below<'a>(full: &'a str, prefix: &str) -> Option<&'a str> {
    full.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use crate::facts::{Artifact, Context, Facts, RepoFacts, Use};
    use crate::org::link;
    use crate::org::owner::Owner;
    use crate::origin::{Reference, image};
    use crate::rules::Rules;
    use crate::source::Location;

    #[test]
    fn tables_are_sorted() {
        assert!(super::AWS_DOMAINS.is_sorted());
    }

    #[test]
    fn a_mirrors_image_is_the_image_it_is_a_copy_of() {
        let mut facts = Facts::new(RepoFacts::acme("a"));
        let images = [
            "node:20",
            "docker.io/library/node:22",
            "mirror.gcr.io/library/node:20",
            "acme.azurecr.io/docker.io/library/node:20",
            "registry.acme.example/mirror/node:20",
            "registry.acme.example/base/node:20",
        ];
        facts.uses = images.iter().map(|text| base_image(text)).collect();
        let org = link(vec![facts], &Rules::load(None).unwrap().tables);
        let told: Vec<(String, Owner, bool)> = org.repos[0]
            .links
            .iter()
            .map(|link| (link.asset.as_ref().unwrap().to_string(), link.owner, link.shared))
            .collect();
        let expected = [
            ("node", Owner::Vendor, false),
            ("node", Owner::Vendor, false),
            ("node", Owner::Vendor, false),
            // Its owner is who keeps the copy, but nobody there curated it.
            ("node", Owner::Internal, false),
            // What this is a copy of isn't told.
            ("registry.acme.example/mirror/node", Owner::Internal, false),
            ("registry.acme.example/base/node", Owner::Internal, true),
        ];
        assert_eq!(told, expected.map(|(name, owner, shared)| (name.to_owned(), owner, shared)));
    }

    fn base_image(text: &str) -> Use {
        let Reference { origin, version } = image::parse(text).unwrap();
        let at = Location::whole_file(&"Dockerfile".into());
        let artifact = Artifact::BaseImage;
        Use { at, artifact, written: text.to_owned(), origin, version, context: Context::Production, via: None }
    }
}
