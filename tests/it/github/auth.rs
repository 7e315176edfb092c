//! Whose token is taken, and how an App gets its tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use levelset::github::api::Api;
use levelset::github::auth::{Credentials, Secrets};
use ring::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::Value;

use super::{Asked, Clock, Reply, START, Server, client, reply, words};

/// Keys that belong to nothing, as GitHub gives them and as other tools write them.
const PKCS1: &str = include_str!("../../../testdata/github/app.pkcs1.pem");
const PKCS8: &str = include_str!("../../../testdata/github/app.pkcs8.pem");

fn found(given: Option<&str>, variables: &[(&str, &str)], gh: Option<&str>) -> Result<Credentials, String> {
    let variable = |name: &str| variables.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
    let api = Api::of(given, &variable).unwrap();
    let file = |path: &str| match path {
        "app.pem" => Ok(PKCS8.to_owned()),
        _ => anyhow::bail!("no such file"),
    };
    let secrets = Secrets { variable: &variable, file: &file, gh: &|_| gh.map(str::to_owned) };
    Credentials::find(&api, &secrets).map_err(|error| words(&format!("{error:#}")))
}

/// The tokens that a client of these variables sends to a server.
fn sent(given: Option<&str>, variables: &[(&str, &str)], gh: Option<&str>) -> String {
    let credentials = match found(given, variables, gh) {
        Ok(it) => it,
        Err(error) => return error,
    };
    let server = Server::start(|_, _| reply(200, "{}"));
    let there = |name: &str| (name == "GITHUB_API_URL").then(|| server.url.clone());
    let api = Api::of(None, &there).unwrap();
    let pace = Clock::default().pace();
    let client = levelset::github::http::Client::new(api, credentials, pace, super::Duration::ZERO, None).unwrap();
    client.get("acme", "/a").unwrap();
    server.requests()[0].header("authorization").trim_start_matches("Bearer ").to_owned()
}

#[test]
fn whose_token_is_taken() {
    let both = [("GH_TOKEN", "one"), ("GITHUB_TOKEN", "two"), ("GH_ENTERPRISE_TOKEN", "three")];
    let ours = "https://git.acme.example";
    let of_ours = [&both[..], &[("GITHUB_API_URL", "https://git.acme.example/api/v3")]].concat();
    let without = [&both[..2], &[("GITHUB_API_URL", "https://git.acme.example/api/v3")]].concat();
    let no_token = |host: &str, set: &str| {
        format!(
            "no token for {host}: {set}set LEVELSET_APP_ID and LEVELSET_APP_PRIVATE_KEY of a GitHub App, or run \
             `gh auth login --hostname {host}`"
        )
    };
    for (given, variables, gh, expected) in [
        (None, &both[..], Some("four"), "one".to_owned()),
        (None, &both[1..], Some("four"), "two".to_owned()),
        (None, &[("GH_TOKEN", " "), ("GITHUB_TOKEN", " two\n")], None, "two".to_owned()),
        // Tokens of one GitHub go to no other.
        (None, &both[2..], Some("four\n"), "four".to_owned()),
        (None, &both[2..], None, no_token("github.com", "set GH_TOKEN, or ")),
        (Some(ours), &both, None, "three".to_owned()),
        (Some(ours), &both[..2], Some("four"), "four".to_owned()),
        (Some(ours), &both[..2], None, no_token("git.acme.example", "set GH_ENTERPRISE_TOKEN, or ")),
        (Some("https://api.github.com"), &of_ours, None, no_token("github.com", "")),
        // In a workflow of an enterprise server the token is its own.
        (None, &of_ours, None, "three".to_owned()),
        (None, &without, None, "one".to_owned()),
        (
            None,
            &[("GH_TOKEN", "secret with spaces")],
            None,
            "GH_TOKEN has characters that no token has; set it to the token alone".to_owned(),
        ),
    ] {
        assert_eq!(sent(given, variables, gh), expected, "{given:?} {variables:?}");
    }
}

#[test]
fn keys_that_are_none() {
    let id = ("LEVELSET_APP_ID", "12");
    let damaged = PKCS1.replacen("MII", "%%%", 1);
    let short = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----";
    let key = "LEVELSET_APP_PRIVATE_KEY";
    for (variables, expected) in [
        (vec![id], "LEVELSET_APP_ID is set and its key isn't"),
        (vec![(key, PKCS1)], "LEVELSET_APP_PRIVATE_KEY is set and whose key it is isn't"),
        (
            vec![id, (key, "secret")],
            "LEVELSET_APP_PRIVATE_KEY is no key of a GitHub App: it doesn't begin with -----BEGIN",
        ),
        (vec![id, (key, &damaged)], "LEVELSET_APP_PRIVATE_KEY is no key of a GitHub App: it is damaged: not base64"),
        (vec![id, (key, short)], "LEVELSET_APP_PRIVATE_KEY is no key of a GitHub App: it can't be used"),
        (
            vec![id, (key, "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----")],
            "LEVELSET_APP_PRIVATE_KEY is no key of a GitHub App: it is not a private RSA key in PEM",
        ),
        (
            vec![id, (key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nb3Bl\n-----END ENCRYPTED PRIVATE KEY-----")],
            "LEVELSET_APP_PRIVATE_KEY is no key of a GitHub App: it has a password",
        ),
        (
            vec![id, ("LEVELSET_APP_PRIVATE_KEY_FILE", "absent.pem")],
            "LEVELSET_APP_PRIVATE_KEY_FILE: can't read absent.pem: no such file",
        ),
        (vec![("LEVELSET_APP_ID", "a/b"), (key, PKCS1)], "LEVELSET_APP_ID is no id of an App"),
    ] {
        // What no message may hold is the key, not the names of variables.
        let variable = |name: &str| variables.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        let api = Api::of(None, &variable).unwrap();
        let secrets = Secrets { variable: &variable, file: &|_| anyhow::bail!("no such file"), gh: &|_| None };
        let error = format!("{:#}", Credentials::find(&api, &secrets).err().unwrap());
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains("secret") && !error.contains("MII"), "{error}");
    }
    // Line breaks that are written out, a file, and both forms.
    for variables in [
        vec![id, (key, PKCS1)],
        vec![id, (key, PKCS8)],
        vec![id, (key, &PKCS1.replace('\n', "\\n"))],
        vec![id, ("LEVELSET_APP_PRIVATE_KEY_FILE", "app.pem")],
    ] {
        assert!(found(None, &variables, None).unwrap().is_app());
    }
}

/// An App that is installed for `acme`, whose tokens last an hour. `refused` are tokens that GitHub doesn't take.
fn app(clock: &Clock, refused: &'static [&'static str]) -> Server {
    let clock = clock.clone();
    let given = std::sync::Mutex::new(0);
    Server::start(move |asked, _| match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/orgs/acme/installation" | "/users/alice/installation") => reply(200, r#"{"id":77,"app_id":12}"#),
        ("GET", path) if path.ends_with("/installation") => reply(404, r#"{"message":"Not Found"}"#),
        ("POST", "/app/installations/77/access_tokens") => {
            let mut given = given.lock().unwrap();
            *given += 1;
            let ends = jiff::Timestamp::from_second(clock.now().as_secs() as i64 + 3600).unwrap();
            reply(201, &format!(r#"{{"token":"secret-{given}","expires_at":"{ends}"}}"#))
        }
        _ => data(asked, refused),
    })
}

fn data(asked: &Asked, refused: &[&str]) -> Reply {
    let token = asked.header("authorization").trim_start_matches("Bearer ");
    match refused.contains(&token) {
        true => reply(401, r#"{"message":"Bad credentials"}"#),
        false => reply(200, "{}"),
    }
}

#[test]
fn an_app_signs_and_gets_a_token_for_each_owner() {
    let clock = Clock::default();
    let server = app(&clock, &[]);
    let client = client(&server, &clock, &[("LEVELSET_APP_ID", "12"), ("LEVELSET_APP_PRIVATE_KEY", PKCS1)]);
    client.get("acme", "/a").unwrap();
    client.get("ACME", "/b").unwrap();
    assert_eq!(client.token("acme").unwrap().reveal(), "secret-1");
    client.get("alice", "/c").unwrap();
    assert_eq!(
        server.asked(),
        [
            "GET /orgs/acme/installation",
            "POST /app/installations/77/access_tokens",
            "GET /a",
            "GET /b",
            "GET /orgs/alice/installation",
            "GET /users/alice/installation",
            "POST /app/installations/77/access_tokens",
            "GET /c",
        ]
    );
    let requests = server.requests();
    assert_eq!(requests[2].header("authorization"), "Bearer secret-1");
    assert_eq!(requests[7].header("authorization"), "Bearer secret-2");

    let signed = requests[0].header("authorization").strip_prefix("Bearer ").unwrap();
    let (text, signature) = signed.rsplit_once('.').unwrap();
    let der: String = PKCS8.lines().filter(|it| !it.starts_with('-')).collect();
    let key = RsaKeyPair::from_pkcs8(&base64::engine::general_purpose::STANDARD.decode(der).unwrap()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref());
    public.verify(text.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    let part = |at: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text.split('.').nth(at).unwrap()).unwrap()).unwrap()
    };
    assert_eq!(part(0), serde_json::json!({ "alg": "RS256", "typ": "JWT" }));
    assert_eq!(part(1), serde_json::json!({ "iat": START - 60, "exp": START + 540, "iss": "12" }));

    // Fifty-six minutes later the first one would end too soon.
    clock.pass(56 * 60);
    client.get("acme", "/d").unwrap();
    assert_eq!(server.requests().last().unwrap().header("authorization"), "Bearer secret-3");

    let error = words(&client.get("other", "/a").err().unwrap());
    assert!(error.starts_with("the App 12 is not installed for other: install it there"), "{error}");
}

#[test]
fn a_token_that_ended_is_renewed_once() {
    let variables = [("LEVELSET_APP_ID", "12"), ("LEVELSET_APP_PRIVATE_KEY", PKCS8)];
    let clock = Clock::default();
    let server = app(&clock, &["secret-1"]);
    client(&server, &clock, &variables).get("acme", "/a").unwrap();
    assert_eq!(server.asked().iter().filter(|it| *it == "GET /a").count(), 2);

    let server = app(&clock, &["secret-1", "secret-2"]);
    let error = words(&client(&server, &clock, &variables).get("acme", "/a").err().unwrap());
    assert_eq!(
        error,
        "GitHub doesn't take the token of the App 12 for acme (Bad credentials): it is wrong, has ended or was revoked; give \
         one that is valid"
    );
    assert_eq!(server.asked().iter().filter(|it| *it == "GET /a").count(), 2);

    // The App itself has nothing to renew.
    let server = Server::start(|_, _| reply(401, r#"{"message":"A JSON web token could not be decoded"}"#));
    let error = words(&client(&server, &clock, &variables).get("acme", "/a").err().unwrap());
    assert!(error.starts_with("GitHub doesn't take the key of the App 12 (A JSON web token"), "{error}");
    assert_eq!(server.asked().len(), 1);
}
