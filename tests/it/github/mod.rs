//! GitHub's API: a server on this machine that answers by script and keeps what it was asked, and a clock that never
//! sleeps. No message of any of these tests may hold a secret.

#![expect(clippy::unwrap_used, reason = "a harness that answers requests")]

mod auth;
mod http;
mod list;
mod upload;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use levelset::github::api::Api;
use levelset::github::auth::{Credentials, Secrets};
use levelset::github::http::Client;
use levelset::github::pace::Pace;

/// The token of these tests. What no message may hold begins so.
pub(crate) const SECRET: &str = "secret-token-1";

/// When the clock of these tests starts: 2026-02-01T00:00:00Z.
pub(crate) const START: u64 = 1_769_904_000;

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// With names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str())
    }
}

/// What is answered.
pub(crate) enum Reply {
    /// The connection breaks.
    Reset,
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
}

pub(crate) fn reply(status: u16, body: &str) -> Reply {
    Reply::Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

pub(crate) fn with(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Reply::Answer { status, headers, body: body.as_bytes().to_vec() }
}

/// A server; it ends with the process.
pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Answers by a function of what is asked and of how many times something was asked before.
    pub(crate) fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (kept, script) = (asked.clone(), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, script) = (kept.clone(), script.clone());
                thread::spawn(move || answer(stream.unwrap(), &kept, &*script));
            }
        });
        Server { url, asked }
    }

    /// Methods and paths of what was asked, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|it| format!("{} {}", it.method, it.path)).collect()
    }

    pub(crate) fn requests(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(stream: TcpStream, kept: &Mutex<Vec<Asked>>, script: &dyn Fn(&Asked, usize) -> Reply) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut asked = Asked { method, path, headers, body: Vec::new() };
    asked.body = vec![0; asked.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut asked.body).unwrap();
    let before = {
        let mut kept = kept.lock().unwrap();
        kept.push(asked.clone());
        kept.len() - 1
    };
    let Reply::Answer { status, headers, body } = script(&asked, before) else { return };
    let mut out = stream;
    let mut text = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let _ = out.write_all(format!("{text}\r\n").as_bytes());
    let _ = out.write_all(&body);
}

/// A clock that waiting moves on, and what was said.
#[derive(Clone, Default)]
pub(crate) struct Clock {
    passed: Arc<Mutex<Duration>>,
    waits: Arc<Mutex<Vec<u64>>>,
    said: Arc<Mutex<Vec<String>>>,
}

impl Clock {
    pub(crate) fn pace(&self) -> Pace {
        let (now, moved, said) = (self.clone(), self.clone(), self.clone());
        Pace {
            now: Box::new(move || now.now()),
            wait: Box::new(move |time| {
                *moved.passed.lock().unwrap() += time;
                moved.waits.lock().unwrap().push(time.as_secs());
            }),
            say: Box::new(move |text| said.said.lock().unwrap().push(text.to_owned())),
        }
    }

    pub(crate) fn now(&self) -> Duration {
        Duration::from_secs(START) + *self.passed.lock().unwrap()
    }

    /// Time that passes by itself.
    pub(crate) fn pass(&self, seconds: u64) {
        *self.passed.lock().unwrap() += Duration::from_secs(seconds);
    }

    /// The waits so far, in seconds.
    pub(crate) fn waits(&self) -> Vec<u64> {
        self.waits.lock().unwrap().clone()
    }

    pub(crate) fn said(&self) -> Vec<String> {
        let said = self.said.lock().unwrap().clone();
        assert!(!said.join("\n").contains("secret"), "{said:?}");
        said
    }
}

/// A client with the variables of an environment, which waits for an hour at most.
pub(crate) fn client(server: &Server, clock: &Clock, variables: &[(&str, &str)]) -> Client {
    let variable = |name: &str| match name {
        "GITHUB_API_URL" => Some(server.url.clone()),
        "GITHUB_SERVER_URL" => Some("https://github.com".to_owned()),
        _ => variables.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()),
    };
    let api = Api::of(None, &variable).unwrap();
    let secrets = Secrets { variable: &variable, file: &|path| panic!("{path} is read"), gh: &|_| None };
    let credentials = Credentials::find(&api, &secrets).unwrap();
    Client::new(api, credentials, clock.pace(), Duration::from_secs(3600), None).unwrap()
}

/// The same with a token.
pub(crate) fn with_token(server: &Server, clock: &Clock) -> Client {
    client(server, clock, &[("GH_TOKEN", SECRET)])
}

/// What an error says, which holds no secret.
pub(crate) fn words(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    assert!(!text.contains("secret") && !text.contains("-----") && !text.contains("MII"), "{text}");
    text
}
