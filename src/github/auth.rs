//! Who asks: a token, or a GitHub App with a token for each owner it is installed for.
//!
//! No token and no key is ever part of a message: [`Token`] can't be shown, and errors say where a secret came from.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Deserialize;
use ureq::http::Method;

use super::api::Api;
use super::http::{Client, Failure, Who, Why};

/// What an App signs for itself is valid for so long; GitHub takes no more than ten minutes.
const SIGNED_FOR: Duration = Duration::from_secs(9 * 60);
/// And since so long, because clocks differ.
const SIGNED_BEFORE: Duration = Duration::from_secs(60);
/// A token that ends sooner is renewed first.
const AT_LEAST: Duration = Duration::from_secs(5 * 60);

/// A secret. It can't be shown: there is no `Debug` and no `Display`.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A token, if it could be one.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())).then(|| Token(text.to_owned()))
    }

    /// The secret itself: for a header, or the environment of git.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// What to ask with.
pub struct Credentials(Kind);

enum Kind {
    Token { token: Token, from: String },
    App(Box<App>),
}

struct App {
    /// Its id, or its client id.
    id: String,
    key: RsaKeyPair,
    /// Tokens of its installations, by owner in lower case.
    held: Mutex<BTreeMap<String, Held>>,
}

struct Held {
    token: Token,
    /// As a time since 1970.
    ends: Duration,
}

/// What the program can look into for secrets.
pub struct Secrets<'a> {
    /// The value of a variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The text of a file.
    pub file: &'a dyn Fn(&str) -> Result<String>,
    /// What `gh auth token --hostname HOST` prints, where gh is there and knows the host.
    pub gh: &'a dyn Fn(&str) -> Option<String>,
}

impl Credentials {
    /// Looks for an App, then for a token in the environment, then asks gh.
    ///
    /// # Errors
    /// What is missing or wrong, and what to do.
    pub fn find(api: &Api, secrets: &Secrets<'_>) -> Result<Self> {
        let variable = |name: &str| (secrets.variable)(name).filter(|it| !it.trim().is_empty());
        if let Some(app) = app(&variable, secrets.file)? {
            return Ok(Credentials(Kind::App(Box::new(app))));
        }
        let names = names(api);
        for name in names {
            if let Some(text) = variable(name) {
                let token = Token::new(&text)
                    .with_context(|| format!("{name} has characters that no token has; set it to the token alone"))?;
                return Ok(Credentials(Kind::Token { token, from: format!("the token from {name}") }));
            }
        }
        if let Some(token) = (secrets.gh)(api.host()).as_deref().and_then(Token::new) {
            return Ok(Credentials(Kind::Token { token, from: "the token from gh".to_owned() }));
        }
        let set = names.first().map_or(String::new(), |name| format!("set {name}, or "));
        bail!(
            "no token for {0}: {set}set LEVELSET_APP_ID and LEVELSET_APP_PRIVATE_KEY of a GitHub App, or run \
             `gh auth login --hostname {0}`",
            api.host(),
        )
    }

    /// Credentials of one token; `from` says where it came from, for messages.
    pub fn token_from(token: Token, from: &str) -> Self {
        Credentials(Kind::Token { token, from: from.to_owned() })
    }

    /// Whether it is an App, which sees what it is installed for.
    pub fn is_app(&self) -> bool {
        match self.0 {
            Kind::Token { .. } => false,
            Kind::App(_) => true,
        }
    }

    /// What it is called in messages.
    pub(crate) fn what(&self, who: Who<'_>) -> String {
        match (&self.0, who) {
            (Kind::Token { from, .. }, _) => from.clone(),
            (Kind::App(app), Who::App) => format!("the key of the App {}", app.id),
            (Kind::App(app), Who::Owner(owner)) => format!("the token of the App {} for {owner}", app.id),
        }
    }

    /// A token for what an owner has.
    pub(crate) fn token(&self, client: &Client, owner: &str) -> Result<Token, Failure> {
        let app = match &self.0 {
            Kind::Token { token, .. } => return Ok(token.clone()),
            Kind::App(app) => app,
        };
        // One thread asks, the others wait for what it gets.
        let mut held = app.held.lock().unwrap_or_else(PoisonError::into_inner);
        let key = owner.to_ascii_lowercase();
        let now = (client.pace().now)();
        if let Some(it) = held.get(&key).filter(|it| it.ends >= now + AT_LEAST) {
            return Ok(it.token.clone());
        }
        let new = installation_token(client, app, owner)?;
        let token = new.token.clone();
        held.insert(key, new);
        Ok(token)
    }

    /// What an App signs for itself; any other token stands for itself.
    pub(crate) fn own_token(&self, now: Duration) -> Result<Token, Why> {
        match &self.0 {
            Kind::Token { token, .. } => Ok(token.clone()),
            Kind::App(app) => sign(app, now),
        }
    }

    /// Forgets a token that GitHub refused. Whether another one may be had.
    pub(crate) fn forget(&self, who: Who<'_>, refused: &Token) -> bool {
        match (&self.0, who) {
            (Kind::Token { .. }, _) | (Kind::App(_), Who::App) => false,
            (Kind::App(app), Who::Owner(owner)) => {
                let mut held = app.held.lock().unwrap_or_else(PoisonError::into_inner);
                let key = owner.to_ascii_lowercase();
                // Another thread may have renewed it by now.
                if held.get(&key).is_some_and(|it| it.token.0 == refused.0) {
                    held.remove(&key);
                }
                true
            }
        }
    }
}

/// The variables that may hold a token for this server. Those of GitHub.com go nowhere else, unless the environment says
/// that its GitHub is another, as in workflows on an enterprise server; and those of enterprise servers not to GitHub.com.
fn names(api: &Api) -> &'static [&'static str] {
    match (api.host() == "github.com", api.is_of_environment()) {
        (true, true) => &["GH_TOKEN", "GITHUB_TOKEN"],
        (false, true) => &["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"],
        (false, false) => &["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"],
        (true, false) => &[],
    }
}

fn app(variable: &dyn Fn(&str) -> Option<String>, file: &dyn Fn(&str) -> Result<String>) -> Result<Option<App>> {
    let id = variable("LEVELSET_APP_ID");
    let (name, pem) = match (variable("LEVELSET_APP_PRIVATE_KEY"), variable("LEVELSET_APP_PRIVATE_KEY_FILE")) {
        (Some(pem), _) => ("LEVELSET_APP_PRIVATE_KEY", Some(pem)),
        (None, Some(path)) => {
            let text = file(&path).with_context(|| format!("LEVELSET_APP_PRIVATE_KEY_FILE: can't read {path}"))?;
            ("LEVELSET_APP_PRIVATE_KEY_FILE", Some(text))
        }
        (None, None) => ("", None),
    };
    match (id, pem) {
        (None, None) => Ok(None),
        (Some(_), None) => bail!(
            "LEVELSET_APP_ID is set and its key isn't: set LEVELSET_APP_PRIVATE_KEY to the text of the key, or \
             LEVELSET_APP_PRIVATE_KEY_FILE to its path"
        ),
        (None, Some(_)) => bail!("{name} is set and whose key it is isn't: set LEVELSET_APP_ID to the App's id"),
        (Some(id), Some(pem)) => {
            let id = id.trim().to_owned();
            ensure!(
                id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.'),
                "LEVELSET_APP_ID is no id of an App; it is a number, or the client id"
            );
            let key = key(&pem).with_context(|| format!("{name} is no key of a GitHub App"))?;
            Ok(Some(App { id, key, held: Mutex::default() }))
        }
    }
}

/// A private key in PEM: `RSA PRIVATE KEY` (PKCS#1, as GitHub gives them) or `PRIVATE KEY` (PKCS#8).
fn key(pem: &str) -> Result<RsaKeyPair> {
    // Variables are often set with the line breaks written out.
    let pem = pem.replace("\\n", "\n");
    let (_, rest) = pem.split_once("-----BEGIN ").context("it doesn't begin with -----BEGIN")?;
    let (label, rest) = rest.split_once("-----").context("its first line doesn't end with -----")?;
    let (content, _) = rest.split_once("-----END ").context("it doesn't end with -----END")?;
    let content: String = content.split_whitespace().collect();
    let read = match label {
        "RSA PRIVATE KEY" => RsaKeyPair::from_der,
        "PRIVATE KEY" => RsaKeyPair::from_pkcs8,
        "ENCRYPTED PRIVATE KEY" => bail!("it has a password; give it without one"),
        _ => bail!("it is not a private RSA key in PEM, as GitHub gives it"),
    };
    // What is wrong with it could quote it.
    let der = STANDARD.decode(content).ok().context("it is damaged: not base64")?;
    read(&der).map_err(|error| anyhow::anyhow!("it can't be used: {error}"))
}

/// What the App signs for itself: a JSON web token with RS256.
fn sign(app: &App, now: Duration) -> Result<Token, Why> {
    let issued = now.saturating_sub(SIGNED_BEFORE).as_secs();
    let claims = serde_json::json!({ "iat": issued, "exp": (now + SIGNED_FOR).as_secs(), "iss": app.id });
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; app.key.public().modulus_len()];
    let done = app.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature);
    match done {
        Ok(()) => Ok(Token(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))),
        Err(_) => Err(Why::NoToken { what: format!("the key of the App {} can't sign", app.id) }),
    }
}

/// Asks for a token of the App's installation for an owner.
fn installation_token(client: &Client, app: &App, owner: &str) -> Result<Held, Failure> {
    #[derive(Deserialize)]
    struct Installation {
        id: u64,
    }
    #[derive(Deserialize)]
    struct Given {
        token: String,
        expires_at: String,
    }
    let ask = |path: &str| client.ask(Who::App, Method::GET, path, None);
    let is_absent = |it: &Failure| matches!(it.why, Why::Refused { status: 404, .. });
    let installation = match ask(&format!("/orgs/{owner}/installation")) {
        Err(absent) if is_absent(&absent) => match ask(&format!("/users/{owner}/installation")) {
            Err(absent) if is_absent(&absent) => {
                let what = format!(
                    "the App {} is not installed for {owner}: install it there, with the rights that docs/github.md names",
                    app.id
                );
                return Err(Failure { asked: absent.asked, why: Why::NoToken { what } });
            }
            other => other?,
        },
        other => other?,
    };
    let Installation { id } = installation.json()?;
    let answer = client.ask(Who::App, Method::POST, &format!("/app/installations/{id}/access_tokens"), Some(b"{}"))?;
    let Given { token, expires_at } = answer.json()?;
    let unreadable = |what: &str| Failure {
        asked: "a token of the installation".to_owned(),
        why: Why::Unreadable { what: what.to_owned() },
    };
    let token = Token::new(&token).ok_or_else(|| unreadable("it is none"))?;
    let ends = expires_at.parse::<jiff::Timestamp>().ok().and_then(|it| u64::try_from(it.as_second()).ok());
    let ends = ends.ok_or_else(|| unreadable("it doesn't say when it ends"))?;
    Ok(Held { token, ends: Duration::from_secs(ends) })
}
