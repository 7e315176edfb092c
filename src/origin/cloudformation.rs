//! What templates of CloudFormation bring in: other templates, applications of the Serverless Application Repository,
//! modules of a registry.

use super::path::joined;
use super::{Origin, Parsed, Pin, Reference, Version, git};

/// The template of a nested stack, in a template of `folder` (repository-relative, `""` for the root). Objects of S3 are
/// addressed in several ways; here the host is always S3's own, and the path begins with the bucket.
///
/// A path is what `aws cloudformation package` uploads; from where the command runs doesn't matter to it.
///
/// # Errors
/// What is neither a path nor an address.
pub fn template(text: &str, folder: &str) -> Parsed {
    let text = text.trim();
    if text.is_empty() {
        return Err("an empty address of a template".into());
    }
    if let Some(start) = text.find("${").or_else(|| text.find("{{")) {
        return Ok(Reference::dynamic(&text[..start], "filled in when the stack is made"));
    }
    let Some((scheme, _)) = text.split_once("://") else {
        let path = text.strip_prefix("file:").unwrap_or(text);
        if path.starts_with('/') {
            return Ok(url(String::new(), path.to_owned(), None));
        }
        let origin = Origin::Local { path: joined(folder, path) };
        return Ok(Reference { origin, version: Version::only(Pin::SameCommit) });
    };
    let address = git::address(text).ok_or("an address without a host")?;
    let id = text.split_once("versionId=").map(|(_, id)| id.split('&').next().unwrap_or(id));
    match scheme {
        "s3" => Ok(url(S3.to_owned(), format!("{}/{}", address.host, address.path), id)),
        "http" | "https" => {
            let host = address.host.to_ascii_lowercase();
            let (host, path) = match bucket(&host) {
                Some("") => (S3.to_owned(), address.path.to_owned()),
                Some(bucket) => (S3.to_owned(), format!("{bucket}/{}", address.path)),
                None => (host, address.path.to_owned()),
            };
            Ok(url(host, path, id))
        }
        _ => Err("an address that is neither of S3 nor of the web".into()),
    }
}

/// The host that stands for all of S3.
const S3: &str = "s3.amazonaws.com";

/// The bucket that a host of S3 is of; empty where the path names it.
fn bucket(host: &str) -> Option<&str> {
    let service = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    let is_s3 = |it: &str| it == "s3" || it.starts_with("s3.") || it.starts_with("s3-");
    if is_s3(service) {
        return Some("");
    }
    service.match_indices('.').find(|(at, _)| is_s3(&service[at + 1..])).map(|(at, _)| &service[..at])
}

fn url(host: String, path: String, version: Option<&str>) -> Reference {
    // An object's version never changes; without one its name says what is there now.
    let version = match version {
        Some(id) => Version { reference: Some(id.to_owned()), ..Version::only(Pin::Exact) },
        None => Version::only(Pin::Default),
    };
    Reference { origin: Origin::Url { host, path }, version }
}

/// An application of the Serverless Application Repository, by its ARN.
///
/// # Errors
/// What is no ARN of one.
pub fn application(arn: &str, version: Option<&str>) -> Parsed {
    if let Some(start) = arn.find("${") {
        return Ok(Reference::dynamic(&arn[..start], "filled in when the stack is made"));
    }
    let mut parts = arn.splitn(6, ':');
    let (head, service, name) = (parts.next(), parts.nth(1), (parts.nth(1), parts.next()));
    let name = match (head, service, name) {
        (Some("arn"), Some("serverlessrepo"), (Some(account), Some(rest))) => {
            let name = rest.strip_prefix("applications/").or_else(|| rest.strip_prefix("applications~"));
            format!("{account}/{}", name.filter(|it| !it.is_empty()).ok_or("an ARN of no application")?)
        }
        _ => return Err("no ARN of the Serverless Application Repository".into()),
    };
    let origin = Origin::Registry { host: "serverlessrepo.amazonaws.com".to_owned(), name, path: String::new() };
    Ok(Reference { origin, version: Version::range(version) })
}

/// A module of the account's registry: a type that ends in `::MODULE`. The account says which of its versions is used.
///
/// # Errors
/// What is no such type.
pub fn module(of_type: &str) -> Parsed {
    let parts: Vec<&str> = of_type.split("::").collect();
    let is_word = |it: &&str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphanumeric());
    if parts.len() != 4 || parts[3] != "MODULE" || !parts.iter().all(is_word) {
        return Err("a module's type is `Organisation::Service::Resource::MODULE`".into());
    }
    let name = parts[..3].join("::");
    Ok(Reference { origin: Origin::ServerSide { name }, version: Version::only(Pin::Default) })
}
