//! A reference → the address that the tools read, in one spelling.

use std::fmt::Write as _;

use super::bucket::{GCS_HOST, S3_HOST};
use super::download::fetched;
use super::registry::{self, DEFAULT_REGISTRY};
use crate::origin::{Origin, Pin, Reference, Version};

/// The `source` that says this, as a file in the repository's root would write it; for a registry module the
/// constraint is another argument and not in it. [`parse`](super::parse) gives the reference back. A Mercurial repository
/// is written as git's: a reference doesn't tell them apart.
///
/// `None` where the tools have no address for it: images, what only a server resolves, and what isn't known.
pub fn print(reference: &Reference) -> Option<String> {
    let Reference { origin, version } = reference;
    match origin {
        Origin::Local { path } if path.starts_with("../") || path == ".." => Some(format!("{path}/")),
        Origin::Local { path } => Some(format!("./{path}")),
        Origin::Registry { host, name, path } => {
            let is_oci = version.reference.is_some() || version.digest.is_some();
            let address = if host == DEFAULT_REGISTRY { name.clone() } else { format!("{host}/{name}") };
            if !is_oci && registry::module(&address).is_ok() {
                return Some(with_folder(address, path));
            }
            let mut address = with_folder(format!("oci://{host}/{name}"), path);
            match (&version.reference, &version.digest) {
                (Some(tag), _) => address.push_str(&format!("?tag={tag}")),
                (None, Some(digest)) => address.push_str(&format!("?digest={digest}")),
                (None, None) => {}
            }
            Some(address)
        }
        Origin::Repo { host, owner, name, path } if version.digest.is_none() && is_told_by_ref(version) => {
            let mut address = with_folder(format!("git::https://{}", repository(host, owner, name)), path);
            if let Some(reference) = &version.reference {
                address.push_str("?ref=");
                address.push_str(&encoded(reference, "&#%?+"));
            }
            Some(address)
        }
        // A repository's archive with a checksum, or of a branch or tag that only its path says is one: its name and format
        // are not kept.
        Origin::Repo { .. } => None,
        Origin::Url { host, path } => Some(url(host, path, reference)),
        Origin::Image { .. } | Origin::ServerSide { .. } | Origin::Dynamic { .. } | Origin::Invalid { .. } => None,
    }
}

/// Whether the ref alone says what the pin says.
fn is_told_by_ref(version: &Version) -> bool {
    version.reference.as_deref().is_none_or(|it| Pin::of_git_ref(it) == version.pin)
}

fn with_folder(address: String, folder: &str) -> String {
    if folder.is_empty() { address } else { format!("{address}//{folder}") }
}

/// Host and path of a repository, as its host serves it over https.
fn repository(host: &str, owner: &str, name: &str) -> String {
    let [owner, name] = [owner, name].map(|it| encoded(it, " #%?"));
    let authority = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    match owner.split('/').count() {
        2 if host == "dev.azure.com" => format!("{authority}/{owner}/_git/{name}"),
        1 if host == "source.developers.google.com" && !owner.is_empty() => format!("{authority}/p/{owner}/r/{name}"),
        _ if owner.is_empty() && host.starts_with("git-codecommit.") => format!("{authority}/v1/repos/{name}"),
        _ if owner.is_empty() => format!("{authority}/{name}.git"),
        _ => format!("{authority}/{owner}/{name}.git"),
    }
}

/// An object in a bucket, an archive, or a file of the machine that runs the tool.
fn url(host: &str, path: &str, Reference { origin, version }: &Reference) -> String {
    // What the path tells by itself is no version of an object.
    let told = fetched(origin.clone(), None).version.reference;
    let held = version.reference.as_deref().filter(|it| version.pin == Pin::Exact || told.as_deref() != Some(it));
    let mut address = match host {
        "" => path.to_owned(),
        GCS_HOST => format!("gcs::https://www.googleapis.com/storage/v1/{path}"),
        _ if host.starts_with(S3_HOST) => format!("s3::https://{host}/{path}"),
        _ if host.contains(':') => format!("https://[{host}]/{path}"),
        _ => format!("https://{host}/{path}"),
    };
    let mut separator = '?';
    let mut argument = |name: &str, value: &str| {
        let _ = write!(address, "{separator}{name}={}", encoded(value, "&#%?+"));
        separator = '&';
    };
    if let Some(digest) = &version.digest {
        // The name may not tell the format, but a checksum says that there is one.
        argument("archive", "zip");
        argument("checksum", digest);
    }
    match held {
        // A repository on the machine that runs the tool.
        Some(reference) if host.is_empty() => {
            argument("ref", reference);
            address.insert_str(0, "git::");
        }
        Some(generation) if host == GCS_HOST => {
            let _ = write!(address, "#{generation}");
        }
        Some(version) => argument("version", version),
        None => {}
    }
    address
}

/// Percent-encoded where one of these characters, or one that is not printed, is in it.
fn encoded(text: &str, special: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        if special.contains(character) || character.is_control() {
            for byte in character.to_string().bytes() {
                let _ = write!(encoded, "%{byte:02X}");
            }
        } else {
            encoded.push(character);
        }
    }
    encoded
}
