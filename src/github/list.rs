//! Which repositories there are: all of an organisation or user, or those that are named.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::Deserialize;

use super::http::{Client, Failure, Why};
use super::selection::{Counts, LeftOut, Named, Repository, Selection, Visibility, is_name, is_owner};

/// So many repositories are looked up at once.
const AT_ONCE: usize = 4;

/// The repositories that are taken, and what became of the others.
#[derive(Debug, Default)]
pub struct Listed {
    /// Those that are taken, sorted by owner and name.
    pub repositories: Vec<Repository>,
    /// How many others there are, by the reason.
    pub left_out: Counts,
    /// Those that were named and can't be had, sorted, each with the reason.
    pub missing: Vec<(Named, String)>,
}

/// All repositories of owners (organisations or users) that a selection takes.
///
/// # Errors
/// [`Failure`], of the first owner whose repositories can't be listed.
pub fn list(client: &Client, owners: &[String], selection: &Selection) -> Result<Listed, Failure> {
    let mut found = BTreeMap::new();
    let mut left_out = Counts::new();
    for owner in owners {
        for wire in of_owner(client, owner)? {
            take(client, wire, selection, &mut found, &mut left_out);
        }
    }
    Ok(Listed { repositories: found.into_values().flatten().collect(), left_out, missing: Vec::new() })
}

/// Repositories by their names, as far as a selection takes them. One that is gone is told, and no reason to stop.
///
/// # Errors
/// [`Failure`], where it isn't about one repository: no answer, no token, a limit that lasts too long.
pub fn look_up(client: &Client, names: &[Named], selection: &Selection) -> Result<Listed, Failure> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(names.len()) {
            scope.spawn(|| {
                while let Some(named) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Named { owner, name } = named;
                    let answer = client.get(owner, &format!("/repos/{owner}/{name}")).and_then(|it| it.json::<Wire>());
                    if answer.as_ref().is_err_and(is_of_all) {
                        next.store(names.len(), Ordering::Relaxed);
                    }
                    answers.lock().unwrap_or_else(PoisonError::into_inner).push((named.clone(), answer));
                }
            });
        }
    });
    let mut found = BTreeMap::new();
    let mut left_out = Counts::new();
    let mut missing = Vec::new();
    let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    answers.sort_by(|a, b| a.0.cmp(&b.0));
    for (named, answer) in answers {
        match answer {
            Ok(wire) => take(client, wire, selection, &mut found, &mut left_out),
            Err(failure) if is_of_all(&failure) => return Err(failure),
            Err(Failure { why: Why::Refused { status: 404, .. }, .. }) => {
                missing.push((named, "not found: it is gone, was renamed, or the token may not see it".to_owned()));
            }
            Err(failure) => missing.push((named, failure.to_string())),
        }
    }
    Ok(Listed { repositories: found.into_values().flatten().collect(), left_out, missing })
}

/// Whether it would be the same for every repository.
fn is_of_all(failure: &Failure) -> bool {
    match &failure.why {
        Why::Refused { status, .. } => *status == 401,
        Why::NoAnswer { .. } | Why::TooLong { .. } => true,
        // Another owner may have one.
        Why::NoToken { .. } | Why::Unreadable { .. } => false,
    }
}

/// A repository as GitHub writes it: what some endpoints, or earlier versions of enterprise servers, leave out may be absent.
#[derive(Deserialize)]
struct Wire {
    name: String,
    owner: WireOwner,
    default_branch: Option<String>,
    created_at: Option<String>,
    pushed_at: Option<String>,
    visibility: Option<String>,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    fork: bool,
    #[serde(default)]
    is_template: bool,
    size: Option<u64>,
    topics: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WireOwner {
    login: String,
}

fn of_owner(client: &Client, owner: &str) -> Result<Vec<Wire>, Failure> {
    #[derive(Deserialize)]
    struct OfInstallation {
        repositories: Vec<Wire>,
    }
    let mut all = Vec::new();
    if client.credentials().is_app() {
        // What the App is installed for, and nothing else that is public.
        let path = "/installation/repositories?per_page=100";
        client.pages(owner, path, |page: OfInstallation| all.extend(page.repositories))?;
        all.retain(|it: &Wire| it.owner.login.eq_ignore_ascii_case(owner));
        return Ok(all);
    }
    let path = format!("/orgs/{owner}/repos?type=all&sort=full_name&direction=asc&per_page=100");
    match client.pages(owner, &path, |page: Vec<Wire>| all.extend(page)) {
        Err(Failure { why: Why::Refused { status: 404, .. }, .. }) => {}
        other => return other.map(|()| all),
    }
    let path = format!("/users/{owner}/repos?type=owner&sort=full_name&direction=asc&per_page=100");
    client.pages(owner, &path, |page: Vec<Wire>| all.extend(page)).map_err(|failure| match failure {
        Failure { asked, why: Why::Refused { status: 404, token, .. } } => {
            let message = format!("there is no organisation or user {owner:?} that the token may see");
            Failure { asked, why: Why::Refused { status: 404, message, token } }
        }
        failure => failure,
    })?;
    Ok(all)
}

/// Takes a repository, or counts why it is left out. Pages move on while they are read: what comes twice counts once.
fn take(
    client: &Client,
    wire: Wire,
    selection: &Selection,
    found: &mut BTreeMap<String, Option<Repository>>,
    left_out: &mut Counts,
) {
    let key = format!("{}/{}", wire.owner.login, wire.name).to_ascii_lowercase();
    if found.contains_key(&key) {
        return;
    }
    let is_disabled = wire.disabled;
    let repository = repository(client.api().server(), wire);
    let why = match &repository {
        None => Some(LeftOut::Strange),
        Some(_) if is_disabled => Some(LeftOut::Disabled),
        Some(it) => selection.leaves_out(it),
    };
    if let Some(why) = why {
        *left_out.entry(why).or_default() += 1;
    }
    found.insert(key, repository.filter(|_| why.is_none()));
}

/// Nothing for one whose name GitHub doesn't give.
///
/// The address for git is made here, and not what the answer says, which git could read as a command.
fn repository(server: &str, wire: Wire) -> Option<Repository> {
    let Wire {
        name,
        owner,
        default_branch,
        created_at,
        pushed_at,
        visibility,
        private,
        archived,
        disabled: _,
        fork,
        is_template,
        size,
        topics,
    } = wire;
    let owner = owner.login;
    if !is_owner(&owner) || !is_name(&name) {
        return None;
    }
    let visibility = match visibility.as_deref() {
        Some("public") => Visibility::Public,
        Some("internal") => Visibility::Internal,
        Some("private") => Visibility::Private,
        _ if private => Visibility::Private,
        _ => Visibility::Public,
    };
    // Times are written so that their order is that of their letters.
    let was_pushed = pushed_at.is_some() && pushed_at > created_at;
    Some(Repository {
        clone_url: format!("{server}/{owner}/{name}.git"),
        owner,
        name,
        default_branch: default_branch.filter(|it| !it.is_empty()),
        pushed_at,
        visibility,
        archived,
        fork,
        is_template,
        is_empty: size == Some(0) && !was_pushed,
        size: size.unwrap_or(0),
        topics: topics.unwrap_or_default().into_iter().collect(),
    })
}
