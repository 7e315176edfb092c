//! Templates that projects are made from: the addresses that Copier, Cookiecutter and cruft keep in the project.

use super::{Origin, Parsed, Pin, Reference, Version, git};

/// Short names of hosts, as both tools know them; sorted.
const HOSTS: &[(&str, &str)] = &[("bb:", "bitbucket.org"), ("gh:", "github.com"), ("gl:", "gitlab.com")];

/// Reads where a template comes from, and the commit that the project was made of: a tag, a commit, or what `git describe`
/// makes of it (`v1.2.0-3-g1a2b3c4`). An address is a git URL, also with `git+` before it, or `gh:owner/name`; anything else
/// is a folder of somebody's machine, or an archive.
///
/// # Errors
/// An empty address.
pub fn parse(source: &str, commit: Option<&str>) -> Parsed {
    let source = source.trim();
    let version = version(commit);
    if source.is_empty() {
        return Err("an empty address".into());
    }
    if let Some(at) = source.find("{{").or_else(|| source.find('$')) {
        let reason = "the template's address is an expression";
        return Ok(Reference { version, ..Reference::dynamic(&source[..at], reason) });
    }
    let short = HOSTS.iter().find_map(|(short, host)| Some((source.strip_prefix(short)?, host)));
    let full = match short {
        Some((path, host)) => format!("https://{host}/{}", path.trim_start_matches('/')),
        None => source.strip_prefix("git+").unwrap_or(source).to_owned(),
    };
    let is_archive = full.ends_with(".zip");
    let origin = match git::parse(&full).filter(|_| !is_archive) {
        Some(git::GitUrl { host, owner, name }) => Origin::Repo { host, owner, name, path: String::new() },
        None => match full.split_once("://") {
            Some((scheme, rest)) if scheme != "file" => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                let host = host.rsplit('@').next().unwrap_or(host);
                let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
                Origin::Url { host, path: path.to_owned() }
            }
            // Of a folder elsewhere the last part is told, which may name the template; the rest names a person.
            _ => {
                let path = full.trim_end_matches(['/', '\\']);
                let path = path.rsplit(['/', '\\']).next().unwrap_or(path);
                Origin::Url { host: String::new(), path: path.to_owned() }
            }
        },
    };
    Ok(Reference { origin, version })
}

/// A template of Backstage, by the reference to its entity: `template:default/service`. The portal knows where it lies.
///
/// # Errors
/// What names no entity.
pub fn of_portal(text: &str) -> Parsed {
    let text = text.trim();
    let (kind, name) = text.split_once(':').unwrap_or(("template", text));
    let name = name.strip_prefix("default/").unwrap_or(name);
    if !kind.eq_ignore_ascii_case("template") || name.is_empty() || name.contains(char::is_whitespace) {
        return Err("not the name of a template".into());
    }
    Ok(Reference { origin: Origin::ServerSide { name: name.to_lowercase() }, version: Version::only(Pin::Default) })
}

fn version(commit: Option<&str>) -> Version {
    let Some(commit) = commit.map(str::trim).filter(|it| !it.is_empty()) else { return Version::git(None) };
    // `tag-3-g1a2b3c4`: three commits after the tag.
    let described = commit.rsplit_once("-g").is_some_and(|(tag, id)| {
        let after = tag.rsplit_once('-').map_or("", |(_, after)| after);
        let is_id = id.len() >= 7 && id.bytes().all(|b| b.is_ascii_hexdigit());
        is_id && !after.is_empty() && after.bytes().all(|b| b.is_ascii_digit())
    });
    match described {
        true => Version { reference: Some(commit.to_owned()), ..Version::only(Pin::ShortSha) },
        false => Version::git(Some(commit)),
    }
}

#[cfg(test)]
mod tests {
    use super::HOSTS;

    #[test]
    fn the_table_is_sorted() {
        assert!(HOSTS.is_sorted());
    }
}
