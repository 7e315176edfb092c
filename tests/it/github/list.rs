//! Which repositories are listed.

use levelset::github::list::{Listed, list, look_up};
use levelset::github::selection::{LeftOut, NamePattern, Named, Selection};
use serde_json::{Value, json};

use super::{Clock, Reply, Server, client, reply, with, with_token, words};

fn repository(owner: &str, name: &str, more: &Value) -> Value {
    let mut it = json!({
        "name": name, "owner": { "login": owner }, "default_branch": "main", "private": true, "visibility": "internal",
        "clone_url": "ext::sh -c id", "size": 12, "created_at": "2026-01-01T00:00:00Z", "pushed_at": "2026-01-02T00:00:00Z",
        "archived": false, "disabled": false, "fork": false, "is_template": false, "topics": ["b", "a"], "more": [1],
    });
    it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    it
}

fn names(listed: &Listed) -> Vec<String> {
    listed.repositories.iter().map(|it| format!("{}/{}", it.owner, it.name)).collect()
}

fn page(page: &[Value]) -> Reply {
    reply(200, &json!(page).to_string())
}

#[test]
fn an_organisation() {
    let first = json!([
        repository("Acme", "web", &json!({})),
        repository("Acme", "old", &json!({ "archived": true })),
        repository("Acme", "our-react", &json!({ "fork": true })),
        repository("Acme", "..", &json!({})),
        repository("Acme", "x/../../y", &json!({ "archived": true })),
    ]);
    let second = json!([
        // Something was added while pages were read: `web` comes again.
        repository("Acme", "web", &json!({})),
        repository("Acme", "new", &json!({ "size": 0, "pushed_at": "2026-01-01T00:00:00Z" })),
        repository("Acme", "tiny", &json!({ "size": 0 })),
        repository("Acme", "off", &json!({ "disabled": true })),
        repository("Acme", "sandbox-1", &json!({})),
        // What earlier versions of enterprise servers leave out.
        json!({ "name": "API", "owner": { "login": "Acme" }, "private": false }),
    ]);
    let server = Server::start(move |asked, _| match asked.path.as_str() {
        "/orgs/acme/repos?type=all&sort=full_name&direction=asc&per_page=100" => {
            let next = format!("<http://{}/organizations/7/repos?page=2>; rel=\"next\"", asked.header("host"));
            with(200, &[("link", &next)], &first.to_string())
        }
        "/organizations/7/repos?page=2" => reply(200, &second.to_string()),
        _ => reply(404, "{}"),
    });
    let selection = Selection { exclude: vec![NamePattern::parse("sandbox-*").unwrap()], ..Selection::default() };
    let listed = list(&with_token(&server, &Clock::default()), &["acme".to_owned()], &selection).unwrap();
    assert_eq!(names(&listed), ["Acme/API", "Acme/tiny", "Acme/web"]);
    let left_out = [
        (LeftOut::Archived, 1),
        (LeftOut::Disabled, 1),
        (LeftOut::Empty, 1),
        (LeftOut::Excluded, 1),
        (LeftOut::Fork, 1),
        (LeftOut::Strange, 2),
    ];
    assert_eq!(listed.left_out, left_out.into());
    // The address is ours, whatever the answer says.
    assert_eq!(
        serde_json::to_value(&listed.repositories[2]).unwrap(),
        json!({
            "owner": "Acme", "name": "web", "clone_url": "https://github.com/Acme/web.git", "default_branch": "main",
            "pushed_at": "2026-01-02T00:00:00Z", "visibility": "internal", "archived": false, "fork": false,
            "is_template": false, "is_empty": false, "size": 12, "topics": ["a", "b"],
        })
    );
}

#[test]
fn a_user() {
    let server = Server::start(|asked, _| match asked.path.split('?').next() {
        Some("/users/alice/repos") => page(&[repository("alice", "dots", &json!({}))]),
        _ => reply(404, r#"{"message":"Not Found"}"#),
    });
    let client = with_token(&server, &Clock::default());
    let listed = list(&client, &["alice".to_owned()], &Selection::default()).unwrap();
    assert_eq!(names(&listed), ["alice/dots"]);
    let error = words(&list(&client, &["nobody".to_owned()], &Selection::default()).err().unwrap());
    assert!(error.contains("there is no organisation or user \"nobody\" that the token may see"), "{error}");
}

#[test]
fn what_an_app_is_installed_for() {
    let server = Server::start(|asked, _| match asked.path.as_str() {
        "/orgs/acme/installation" => reply(200, r#"{"id":5}"#),
        "/app/installations/5/access_tokens" => {
            reply(201, r#"{"token":"secret-2","expires_at":"2026-02-01T01:00:00Z"}"#)
        }
        "/installation/repositories?per_page=100" => {
            let all = [repository("ACME", "web", &json!({})), repository("other", "web", &json!({}))];
            reply(200, &json!({ "total_count": 2, "repositories": all }).to_string())
        }
        _ => reply(404, "{}"),
    });
    let key = include_str!("../../../testdata/github/app.pkcs1.pem");
    let variables = [("LEVELSET_APP_ID", "Iv23abc"), ("LEVELSET_APP_PRIVATE_KEY", key)];
    let client = client(&server, &Clock::default(), &variables);
    assert_eq!(names(&list(&client, &["acme".to_owned()], &Selection::default()).unwrap()), ["ACME/web"]);
}

#[test]
fn repositories_by_name() {
    let of = |owner: &str, name: &str| Named { owner: owner.to_owned(), name: name.to_owned() };
    let server = Server::start(|asked, _| {
        let to = format!("http://{}/repositories/9", asked.header("host"));
        match asked.path.as_str() {
            "/repos/acme/web" => reply(200, &repository("acme", "web", &json!({})).to_string()),
            "/repos/acme/was" => with(301, &[("location", &to)], ""),
            "/repositories/9" => reply(200, &repository("acme", "is", &json!({})).to_string()),
            "/repos/acme/old" => reply(200, &repository("acme", "old", &json!({ "archived": true })).to_string()),
            "/repos/acme/blocked" => reply(451, r#"{"message":"Repository access blocked"}"#),
            _ => reply(404, r#"{"message":"Not Found"}"#),
        }
    });
    let client = with_token(&server, &Clock::default());
    let asked = ["web", "was", "old", "gone", "is", "blocked"].map(|it| of("acme", it));
    let listed = look_up(&client, &asked, &Selection::default()).unwrap();
    assert_eq!(names(&listed), ["acme/is", "acme/web"]);
    assert_eq!(listed.left_out, [(LeftOut::Archived, 1)].into());
    let missing: Vec<(&str, &str)> = listed.missing.iter().map(|(it, why)| (it.name.as_str(), why.as_str())).collect();
    assert_eq!(
        missing,
        [
            (
                "blocked",
                "GitHub answered 451 (Repository access blocked) to GET /repos/acme/blocked, asked with the token from \
                 GH_TOKEN"
            ),
            ("gone", "not found: it is gone, was renamed, or the token may not see it"),
            // `/repositories/9` isn't a name to look up.
            ("is", "not found: it is gone, was renamed, or the token may not see it"),
        ]
    );
}

#[test]
fn a_token_that_is_wrong_is_no_repository_that_is_gone() {
    let server = Server::start(|_, _| reply(401, r#"{"message":"Bad credentials"}"#));
    let many: Vec<Named> = (0..100).map(|it| Named { owner: "acme".to_owned(), name: format!("r{it}") }).collect();
    let error = look_up(&with_token(&server, &Clock::default()), &many, &Selection::default()).unwrap_err();
    assert!(words(&error).starts_with("GitHub doesn't take the token from GH_TOKEN"));
    assert!(server.asked().len() <= 8, "all others would be refused, too");
}
