//! Asking GitHub's REST API: one request after another, with what it takes to get an answer.
//!
//! Waits for limits, asks again what failed, renews tokens, follows pages and redirects of this API and of nobody else's.
//! What an answer means is left to those who ask.

use std::fmt::{self, Display, Formatter};
use std::io::Read as _;
use std::time::Duration;

use anyhow::{Context as _, Result};
use flate2::read::GzDecoder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::http::{HeaderValue, Method, Request, Response};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::api::Api;
use super::auth::{Credentials, Token};
use super::pace::{Pace, Patience, TooLong, words};
use super::retry::{Next, Tried, next};

/// The version of the API that everything here is written for.
const API_VERSION: &str = "2022-11-28";
const USER_AGENT: &str = concat!("levelset/", env!("CARGO_PKG_VERSION"));

/// Longer answers are no page of a hundred repositories.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;
/// More redirects than a renamed repository has.
const MAX_REDIRECTS: usize = 3;
/// A page has up to a hundred entries: no organisation has more pages.
const MAX_PAGES: usize = 100_000;

/// GitHub, asked by somebody.
pub struct Client {
    agent: Agent,
    api: Api,
    credentials: Credentials,
    pace: Pace,
    patience: Patience,
}

/// As whom something is asked.
#[derive(Clone, Copy)]
pub(crate) enum Who<'a> {
    /// As the App itself, which may ask for tokens of its installations and little else.
    App,
    /// As whoever may see what this owner has.
    Owner(&'a str),
}

/// What GitHub answered.
pub struct Answer {
    /// The status, below 400.
    pub status: u16,
    /// The content, unpacked. It may hold a token, so that there is no `Debug`.
    pub body: Vec<u8>,
    /// `link`.
    link: Option<String>,
    /// What was asked, for messages.
    asked: String,
}

/// Why there is no answer that counts.
#[derive(Debug)]
pub struct Failure {
    /// What was asked: method and path.
    pub asked: String,
    /// Why it failed.
    pub why: Why,
}

/// Why there is no answer that counts.
#[derive(Debug)]
pub enum Why {
    /// GitHub said no.
    Refused {
        /// The status, 400 or more.
        status: u16,
        /// What it said.
        message: String,
        /// What the token is that it was asked with.
        token: String,
    },
    /// No connection, or one that broke, each time.
    NoAnswer {
        /// What happened last.
        last: String,
    },
    /// It would have taken longer than may be waited.
    TooLong {
        /// What is waited for.
        what: String,
        /// How long.
        wait: TooLong,
    },
    /// Not what the API is described to answer.
    Unreadable {
        /// What is wrong with it.
        what: String,
    },
    /// There is no token for this owner.
    NoToken {
        /// What is missing.
        what: String,
    },
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Failure { asked, why } = self;
        match why {
            Why::Refused { status: 401, message, token } => write!(
                f,
                "GitHub doesn't take {token} ({message}): it is wrong, has ended or was revoked; give one that is valid"
            ),
            Why::Refused { status, message, token } => {
                write!(f, "GitHub answered {status} ({message}) to {asked}, asked with {token}")
            }
            Why::NoAnswer { last } => {
                write!(
                    f,
                    "no answer from GitHub to {asked}: {last}; see if its address and the network are right, and try again"
                )
            }
            Why::TooLong { what, wait: TooLong { wait, most } } => write!(
                f,
                "{what} for {}, and no more than {} may be waited in all (--max-wait); run it again then, and it goes on",
                words(*wait),
                words(*most)
            ),
            Why::Unreadable { what } => {
                write!(f, "GitHub's answer to {asked} is not what its API is described to answer: {what}")
            }
            Why::NoToken { what } => f.write_str(what),
        }
    }
}

impl std::error::Error for Failure {}

/// One request, which may be sent several times.
struct Asked<'a> {
    method: Method,
    /// Path and query below the address of the API.
    path: String,
    body: Option<&'a [u8]>,
}

/// What came over the wire.
struct Raw {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// The headers that say something to us.
const HEADERS: [&str; 6] =
    ["content-encoding", "link", "location", "retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"];

impl Client {
    /// A client that waits no longer than `max_wait` in all. `certificates` are authorities to trust in place of those
    /// that browsers do, in PEM.
    ///
    /// # Errors
    /// Where there is no certificate in `certificates`.
    pub fn new(
        api: Api,
        credentials: Credentials,
        pace: Pace,
        max_wait: Duration,
        certificates: Option<&[u8]>,
    ) -> Result<Self> {
        let roots = match certificates {
            None => RootCerts::WebPki,
            Some(pem) => {
                let mut roots = Vec::new();
                for item in parse_pem(pem) {
                    if let PemItem::Certificate(it) = item.context("these certificates can't be read")? {
                        roots.push(it);
                    }
                }
                anyhow::ensure!(!roots.is_empty(), "there is no certificate in it (-----BEGIN CERTIFICATE-----)");
                RootCerts::from(roots)
            }
        };
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(USER_AGENT)
            .timeout_connect(Some(Duration::from_secs(30)))
            .timeout_recv_response(Some(Duration::from_secs(120)))
            .timeout_per_read(Some(Duration::from_secs(60)))
            .timeout_per_write(Some(Duration::from_secs(60)))
            .max_idle_connections_per_host(8)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build()
            .new_agent();
        Ok(Client { agent, api, credentials, pace, patience: Patience::new(max_wait) })
    }

    /// Where it asks.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// With what it asks.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The clock, how to wait, and whom to tell.
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Waits until a time since 1970. `what` says what for, as the beginning of a sentence: "the limit of … is reached".
    ///
    /// # Errors
    /// Where that is longer than may be waited.
    pub fn wait_until(&self, until: Duration, what: &str) -> Result<(), Failure> {
        let waited = self.patience.wait_until(until, what, &self.pace);
        waited.map_err(|wait| Failure { asked: String::new(), why: Why::TooLong { what: what.to_owned(), wait } })
    }

    /// Asks for something that an owner has, by path and query.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn get(&self, owner: &str, path: &str) -> Result<Answer, Failure> {
        self.ask(Who::Owner(owner), Method::GET, path, None)
    }

    /// Sends something to what an owner has.
    ///
    /// An answer that gets lost on its way is asked for again, so that GitHub may get the same thing twice.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn post(&self, owner: &str, path: &str, body: &impl Serialize) -> Result<Answer, Failure> {
        let unreadable = |error: serde_json::Error| Failure {
            asked: format!("POST {path}"),
            why: Why::Unreadable { what: error.to_string() },
        };
        let body = serde_json::to_vec(body).map_err(unreadable)?;
        self.ask(Who::Owner(owner), Method::POST, path, Some(&body))
    }

    /// Asks for all pages of a list, and gives each as it comes.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn pages<T: DeserializeOwned>(&self, owner: &str, path: &str, mut each: impl FnMut(T)) -> Result<(), Failure> {
        let mut path = path.to_owned();
        for _ in 0..MAX_PAGES {
            let answer = self.get(owner, &path)?;
            each(answer.json()?);
            let Some(next) = answer.link.as_deref().and_then(next_page) else { return Ok(()) };
            let Some(next) = self.api.path_of(next) else {
                return Err(answer.unreadable("its next page is of another server".to_owned()));
            };
            path = next.to_owned();
        }
        Err(Failure { asked: format!("GET {path}"), why: Why::Unreadable { what: "it has no last page".to_owned() } })
    }

    /// A token for what an owner has, for git; one that is valid for minutes still.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn token(&self, owner: &str) -> Result<Token, Failure> {
        self.credentials.token(self, owner)
    }

    /// Forgets a token that git was refused with. Whether another one may be had.
    pub(crate) fn renew(&self, owner: &str, refused: &Token) -> bool {
        self.credentials.forget(Who::Owner(owner), refused)
    }

    /// Asks until an answer counts.
    pub(crate) fn ask(&self, who: Who<'_>, method: Method, path: &str, body: Option<&[u8]>) -> Result<Answer, Failure> {
        let asked = format!("{method} {path}");
        let failed = |why| Failure { asked: asked.clone(), why };
        let mut request = Asked { method, path: path.to_owned(), body };
        let (mut failures, mut limits, mut redirects) = (0, 0, 0);
        let mut renewed = false;
        loop {
            let closed = self.patience.closed_until();
            self.wait(closed, "GitHub's rate limit is reached", &asked)?;
            let token = match who {
                Who::App => self.credentials.own_token((self.pace.now)()).map_err(failed)?,
                Who::Owner(owner) => self.credentials.token(self, owner)?,
            };
            let got = self.once(&request, &token);
            let message = got.as_ref().map_or_else(|_| String::new(), |it| it.message());
            let tried = match &got {
                Err(_) => Tried::NoAnswer,
                Ok(raw) => Tried::Answer {
                    status: raw.status,
                    retry_after: raw.header("retry-after"),
                    remaining: raw.header("x-ratelimit-remaining"),
                    reset: raw.header("x-ratelimit-reset"),
                    message: &message,
                },
            };
            match next(tried, failures, limits, (self.pace.now)()) {
                Next::Again { at } => {
                    failures += 1;
                    self.wait(at, "GitHub doesn't answer", &asked)?;
                    continue;
                }
                Next::Limited { until } => {
                    limits += 1;
                    self.patience.close_until(until);
                    continue;
                }
                Next::Take | Next::GiveUp => {}
            }
            let raw = got.map_err(|last| failed(Why::NoAnswer { last }))?;
            match raw.status {
                200..=299 | 304 => {
                    let link = raw.header("link").map(str::to_owned);
                    return Ok(Answer { status: raw.status, body: raw.body, link, asked });
                }
                301 | 302 | 307 | 308 if redirects < MAX_REDIRECTS && may_follow(raw.status, &request.method) => {
                    let to = raw.header("location").and_then(|it| self.api.path_of(it));
                    let Some(to) = to else {
                        return Err(failed(Why::Unreadable { what: "it sends us to another server".to_owned() }));
                    };
                    redirects += 1;
                    request.path = to.to_owned();
                }
                401 if !renewed && self.credentials.forget(who, &token) => renewed = true,
                status if status >= 400 => {
                    let token = self.credentials.what(who);
                    return Err(failed(Why::Refused { status, message, token }));
                }
                status => return Err(failed(Why::Unreadable { what: format!("its status is {status}") })),
            }
        }
    }

    fn wait(&self, until: Duration, what: &str, asked: &str) -> Result<(), Failure> {
        let waited = self.patience.wait_until(until, what, &self.pace);
        waited.map_err(|wait| Failure { asked: asked.to_owned(), why: Why::TooLong { what: what.to_owned(), wait } })
    }

    /// Asks once. The error is what happened, in words.
    fn once(&self, asked: &Asked<'_>, token: &Token) -> Result<Raw, String> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
            .map_err(|_| "the token has characters that no token has".to_owned())?;
        authorization.set_sensitive(true);
        let request = Request::builder()
            .method(asked.method.clone())
            .uri(format!("{}{}", self.api.url(), asked.path))
            .header("accept", "application/vnd.github+json")
            .header("accept-encoding", "gzip")
            .header("authorization", authorization)
            .header("x-github-api-version", API_VERSION);
        let refused = |error: ureq::http::Error| error.to_string();
        let got = match asked.body {
            None => self.agent.run(request.body(()).map_err(refused)?),
            Some(body) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(body).map_err(refused)?)
            }
        };
        raw(got.map_err(|error| in_words(&error))?)
    }
}

impl Answer {
    /// What it says.
    ///
    /// # Errors
    /// Where that is something else than is asked for.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| self.unreadable(error.to_string()))
    }

    fn unreadable(&self, what: String) -> Failure {
        Failure { asked: self.asked.clone(), why: Why::Unreadable { what } }
    }
}

impl Raw {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// What an error says of itself: `message`, and those of `errors`.
    fn message(&self) -> String {
        #[derive(serde::Deserialize)]
        struct Body {
            message: String,
            #[serde(default)]
            errors: serde_json::Value,
        }
        if self.status < 400 {
            return String::new();
        }
        let Ok(Body { message, errors }) = serde_json::from_slice(&self.body) else {
            return "without a reason".to_owned();
        };
        let errors = errors.as_array().map(Vec::as_slice).unwrap_or_default();
        let details = errors.iter().filter_map(|it| it.as_str().or_else(|| it.get("message")?.as_str()));
        details.fold(message, |all, it| format!("{all}; {it}"))
    }
}

/// The address of the next page in `link`: `<https://…?page=2>; rel="next", <…>; rel="last"`.
fn next_page(link: &str) -> Option<&str> {
    link.split(',').find_map(|it| {
        let (address, attributes) = it.trim().strip_prefix('<')?.split_once('>')?;
        attributes.split(';').any(|it| it.trim() == "rel=\"next\"").then_some(address)
    })
}

/// What is asked for may have moved; what is sent is sent elsewhere only where the method stays.
fn may_follow(status: u16, method: &Method) -> bool {
    method == Method::GET || matches!(status, 307 | 308)
}

fn raw(mut response: Response<ureq::Body>) -> Result<Raw, String> {
    let status = response.status().as_u16();
    let headers = response.headers();
    let value = |name: &'static str| Some((name, headers.get(name)?.to_str().ok()?.to_owned()));
    let headers: Vec<(&'static str, String)> = HEADERS.into_iter().filter_map(value).collect();
    let body = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(|error| in_words(&error))?;
    let mut raw = Raw { status, headers, body };
    if raw.header("content-encoding").is_some_and(|it| it.eq_ignore_ascii_case("gzip")) {
        let mut unpacked = Vec::new();
        let read = GzDecoder::new(raw.body.as_slice()).take(MAX_ANSWER).read_to_end(&mut unpacked);
        read.map_err(|error| format!("its content can't be unpacked: {error}"))?;
        raw.body = unpacked;
    }
    Ok(raw)
}

/// What happened, without what the library calls it.
fn in_words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::HostNotFound => "there is no host of this name".to_owned(),
        ureq::Error::Timeout(_) => "it took too long".to_owned(),
        ureq::Error::ConnectionFailed => "no connection".to_owned(),
        // Says what the proxy said, whose address may have a password.
        ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => {
            "no connection by the proxy (HTTPS_PROXY)".to_owned()
        }
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn pages() {
        for (link, expected) in [
            ("", None),
            (
                r#"<https://api.github.com/a?page=2>; rel="next", <https://api.github.com/a?page=9>; rel="last""#,
                Some("https://api.github.com/a?page=2"),
            ),
            (
                r#"<https://api.github.com/a?page=1>; rel="prev", <https://api.github.com/a?page=3>; rel="next""#,
                Some("https://api.github.com/a?page=3"),
            ),
            (r#"<https://api.github.com/a?page=1>; rel="first""#, None),
            (r#"<https://api.github.com/a?page=1; rel="next""#, None),
        ] {
            assert_eq!(next_page(link), expected, "{link}");
        }
    }
}
