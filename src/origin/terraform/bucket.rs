//! Objects in the buckets of Amazon S3 and Google Cloud Storage. All spellings of one object give one place.

use super::address::Package;
use super::download::{digest, fetched, host};
use crate::origin::git;
use crate::origin::{Origin, Parsed, Pin, Reference, Version};

/// The hosts that stand for all of S3 and of Google Cloud Storage.
pub(super) const S3_HOST: &str = "s3.amazonaws.com";
pub(super) const GCS_HOST: &str = "storage.googleapis.com";

const NOT_S3: &str = "an S3 address is `s3::https://s3-REGION.amazonaws.com/bucket/key`, or a bucket before the host";
const NOT_GCS: &str = "an address in Cloud Storage is `gcs::https://www.googleapis.com/storage/v1/bucket/object`";

/// `s3::https://…`, and addresses without a scheme on Amazon's hosts.
pub(super) fn s3(package: &Package<'_>) -> Parsed {
    let (is_url, parts) = location(package).ok_or(NOT_S3)?;
    let host = host(parts.host);
    let origin = if host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn") {
        let before = host.split(".amazonaws.com").next().unwrap_or("");
        let labels: Vec<&str> = before.split('.').collect();
        match labels.as_slice() {
            ["s3", _region] => {
                return Err(
                    "before `s3.REGION` the tool wants a bucket; write `s3-REGION.amazonaws.com/bucket/key`".into()
                );
            }
            [_bucket, "s3"] if is_url => {
                return Err("in a URL the tool wants a region: `bucket.s3-REGION.amazonaws.com`".into());
            }
            [_] | [_, _] | [_, "s3", _] => object(&host, parts.path).ok_or("an S3 address names a bucket and a key")?,
            _ => return Err(NOT_S3.into()),
        }
    } else {
        // Other servers that speak S3.
        let named = parts.path.split_once('/').filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty());
        named.ok_or("an S3 address names a bucket and a key")?;
        Origin::Url { host, path: parts.path.to_owned() }
    };
    Ok(reference(origin, digest(package)?, package.query.get("version")))
}

/// `gcs::https://…`, and addresses without a scheme on Google's hosts.
pub(super) fn gcs(package: &Package<'_>) -> Parsed {
    let (is_url, parts) = location(package).ok_or(NOT_GCS)?;
    let host = host(parts.host);
    if is_url && (host.split('.').count() != 3 || !host.ends_with(".googleapis.com")) {
        return Err(NOT_GCS.into());
    }
    let [_, _, bucket, object]: [&str; 4] =
        parts.path.splitn(4, '/').collect::<Vec<_>>().try_into().map_err(|_| NOT_GCS)?;
    if bucket.is_empty() || object.is_empty() {
        return Err("an address in Cloud Storage names a bucket and an object".into());
    }
    let origin = Origin::Url { host: GCS_HOST.to_owned(), path: format!("{bucket}/{object}") };
    // The fragment of a URL is the generation of the object.
    if !package.fragment.bytes().all(|b| b.is_ascii_digit()) {
        return Err("the generation of an object, after `#`, is a number".into());
    }
    let generation = Some(package.fragment.to_owned()).filter(|it| !it.is_empty());
    Ok(reference(origin, digest(package)?, generation))
}

/// Whether it is a URL, and its parts.
fn location<'a>(package: &Package<'a>) -> Option<(bool, git::Address<'a>)> {
    if package.address.contains("://") {
        let parts =
            git::address(package.address).filter(|it| matches!(&*it.scheme.to_ascii_lowercase(), "http" | "https"))?;
        return Some((true, parts));
    }
    // A forced getter takes what is detected too, so a host comes before the first slash.
    let (host, path) = package.address.split_once('/')?;
    let is_known = host.ends_with(".amazonaws.com") || host.ends_with(".googleapis.com");
    is_known.then_some((false, git::Address { scheme: "", user: None, host, port: None, path }))
}

/// The object at a path of Amazon's or Google's hosts, by all their spellings.
pub(super) fn object(host: &str, path: &str) -> Option<Origin> {
    let path = path.trim_start_matches('/');
    if let Some((before, partition)) = split_aws(host) {
        let labels: Vec<&str> = before.split('.').collect();
        let is_s3 = |label: &str| label == "s3" || label.starts_with("s3-");
        let object = match labels.as_slice() {
            [s3] if is_s3(s3) => path.to_owned(),
            ["s3", _region] => path.to_owned(),
            [bucket, s3] if is_s3(s3) => format!("{bucket}/{path}"),
            [bucket @ .., "s3", _region] if !bucket.is_empty() => format!("{}/{path}", bucket.join(".")),
            _ => return None,
        };
        let (bucket, key) = object.split_once('/')?;
        return (!bucket.is_empty() && !key.is_empty())
            .then(|| Origin::Url { host: format!("{S3_HOST}{partition}"), path: object.clone() });
    }
    let object = match host.strip_suffix(GCS_HOST)? {
        "" => path.to_owned(),
        bucket => format!("{}/{path}", bucket.strip_suffix('.')?),
    };
    let (bucket, name) = object.split_once('/')?;
    (!bucket.is_empty() && !name.is_empty()).then(|| Origin::Url { host: GCS_HOST.to_owned(), path: object.clone() })
}

/// What is before `.amazonaws.com`, and what is after it: China has hosts of its own.
fn split_aws(host: &str) -> Option<(&str, &'static str)> {
    let international = host.strip_suffix(".amazonaws.com").map(|it| (it, ""));
    international.or_else(|| host.strip_suffix(".amazonaws.com.cn").map(|it| (it, ".cn")))
}

/// How firmly an object is held: a version of it never changes.
pub(super) fn reference(origin: Origin, digest: Option<String>, version: Option<String>) -> Reference {
    match version {
        Some(_) => {
            let pin = if digest.is_some() { Pin::Digest } else { Pin::Exact };
            Reference { origin, version: Version { pin, reference: version, constraint: None, digest } }
        }
        None => fetched(origin, digest),
    }
}
