//! Answers that count and answers that don't: limits, failures, pages, redirects.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use levelset::github::http::Client;
use serde_json::Value;

use super::{Clock, Reply, SECRET, START, Server, reply, with, with_token, words};

/// A server whose first answers are these, and all others `{}`.
fn first(replies: Vec<fn() -> Reply>) -> (Server, Clock, Client) {
    let server = Server::start(move |_, before| replies.get(before).map_or_else(|| reply(200, "{}"), |it| it()));
    let clock = Clock::default();
    let client = with_token(&server, &clock);
    (server, clock, client)
}

#[test]
fn what_is_sent() {
    let (server, _, client) = first(vec![]);
    client.get("acme", "/orgs/acme").unwrap();
    client.post("acme", "/repos/acme/web/code-scanning/sarifs", &serde_json::json!({ "a": 1 })).unwrap();
    let [get, post] = server.requests().try_into().unwrap();
    assert_eq!((get.method.as_str(), get.path.as_str(), get.body.len()), ("GET", "/orgs/acme", 0));
    assert_eq!(get.header("accept"), "application/vnd.github+json");
    assert_eq!(get.header("authorization"), format!("Bearer {SECRET}"));
    assert_eq!(get.header("x-github-api-version"), "2022-11-28");
    assert_eq!(get.header("user-agent"), concat!("levelset/", env!("CARGO_PKG_VERSION")));
    assert_eq!((post.header("content-type"), post.body.as_slice()), ("application/json", &br#"{"a":1}"#[..]));
}

#[test]
fn failures_are_asked_again() {
    let (server, clock, client) =
        first(vec![|| reply(502, "<html>"), || Reply::Reset, || with(503, &[("retry-after", "20")], "")]);
    client.get("acme", "/a").unwrap();
    assert_eq!(server.asked().len(), 4);
    assert_eq!(clock.waits(), [1, 2, 20]);
    assert_eq!(clock.said(), ["GitHub doesn't answer; going on in 20 s"]);
}

#[test]
fn it_gives_up() {
    let server = Server::start(|_, _| Reply::Reset);
    let clock = Clock::default();
    let error = words(&with_token(&server, &clock).get("acme", "/a").err().unwrap());
    assert!(error.starts_with("no answer from GitHub to GET /a: "), "{error}");
    assert_eq!((server.asked().len(), clock.waits()), (6, vec![1, 2, 4, 8, 16]));

    let server = Server::start(|_, _| reply(500, r#"{"message":"Server Error"}"#));
    let error = words(&with_token(&server, &clock).get("acme", "/a").err().unwrap());
    assert_eq!(error, "GitHub answered 500 (Server Error) to GET /a, asked with the token from GH_TOKEN");
}

#[test]
fn limits_are_waited_for() {
    const RESET: u64 = START + 700;
    let (server, clock, client) = first(vec![
        || with(429, &[("retry-after", "7")], ""),
        || {
            let reset = RESET.to_string();
            let headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset.as_str())];
            with(403, &headers, r#"{"message":"API rate limit exceeded"}"#)
        },
        || reply(403, r#"{"message":"You have exceeded a secondary rate limit."}"#),
    ]);
    client.get("acme", "/a").unwrap();
    assert_eq!(server.asked().len(), 4);
    // Each with a second more: after 8 s the reset is 692 s away. The third limit in a row that doesn't say how long it
    // lasts is taken for four minutes.
    assert_eq!(clock.waits(), [8, 693, 240]);
    assert_eq!(
        clock.said(),
        [
            "GitHub's rate limit is reached; going on in 8 s",
            "GitHub's rate limit is reached; going on in 12 min",
            "GitHub's rate limit is reached; going on in 4 min"
        ]
    );
}

#[test]
fn no_wait_is_longer_than_it_may_be() {
    let (server, clock, client) =
        first(vec![|| with(429, &[("retry-after", "3000")], ""), || with(429, &[("retry-after", "700")], "")]);
    let error = words(&client.get("acme", "/a").err().unwrap());
    assert_eq!(
        error,
        "GitHub's rate limit is reached for 12 min, and no more than 1 h may be waited in all (--max-wait); run it again \
         then, and it goes on"
    );
    assert_eq!((server.asked().len(), clock.waits()), (2, vec![3001]));
    // The limit is there for whatever is asked next.
    assert!(client.get("acme", "/b").is_err());
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn what_is_refused_is_told() {
    for (status, body, expected) in [
        (
            404,
            r#"{"message":"Not Found"}"#,
            "GitHub answered 404 (Not Found) to GET /a, asked with the token from GH_TOKEN",
        ),
        (403, "no JSON", "GitHub answered 403 (without a reason) to GET /a, asked with the token from GH_TOKEN"),
        (
            422,
            r#"{"message":"Validation Failed","errors":[{"message":"too long"},"and wrong",{"code":"x"}]}"#,
            "GitHub answered 422 (Validation Failed; too long; and wrong) to GET /a, asked with the token from GH_TOKEN",
        ),
        (
            401,
            r#"{"message":"Bad credentials"}"#,
            "GitHub doesn't take the token from GH_TOKEN (Bad credentials): it is wrong, has ended or was revoked; give one \
             that is valid",
        ),
    ] {
        let server = Server::start(move |_, _| reply(status, body));
        let clock = Clock::default();
        assert_eq!(words(&with_token(&server, &clock).get("acme", "/a").err().unwrap()), expected);
        // A token from the environment is not tried twice.
        assert_eq!((server.asked().len(), clock.waits().len()), (1, 0));
    }
}

#[test]
fn pages_are_followed_here_and_nowhere_else() {
    let other = Server::start(|_, _| reply(200, "[9]"));
    let to_other = format!("<{}/list?page=4>; rel=\"next\"", other.url);
    let server = Server::start(move |asked, _| {
        let host = asked.header("host");
        let next = |page: u32| format!("<http://{host}/list?page={page}>; rel=\"next\"");
        match asked.path.as_str() {
            "/list" => with(200, &[("link", &next(2))], "[1,2]"),
            "/list?page=2" => with(200, &[("link", "<http://127.0.0.1:1/list>; rel=\"first\"")], "[3]"),
            _ => with(200, &[("link", &to_other)], "[4]"),
        }
    });
    let client = with_token(&server, &Clock::default());
    let mut all: Vec<u32> = Vec::new();
    client.pages("acme", "/list", |page: Vec<u32>| all.extend(page)).unwrap();
    assert_eq!(all, [1, 2, 3]);
    let error = words(&client.pages("acme", "/elsewhere", |_: Vec<u32>| {}).err().unwrap());
    assert!(error.contains("its next page is of another server"), "{error}");
    assert_eq!(other.asked().len(), 0);
}

#[test]
fn what_was_renamed_is_found() {
    let other = Server::start(|_, _| reply(200, "{}"));
    let elsewhere = format!("{}/a", other.url);
    let server = Server::start(move |asked, _| {
        let to = format!("http://{}/repositories/7", asked.header("host"));
        match asked.path.as_str() {
            "/repos/acme/old" => with(301, &[("location", &to)], ""),
            "/repos/acme/sent" => with(307, &[("location", &to)], ""),
            "/repositories/7" => reply(200, "{}"),
            "/elsewhere" => with(302, &[("location", &elsewhere)], ""),
            _ => with(302, &[("location", &format!("http://{}{}", asked.header("host"), asked.path))], ""),
        }
    });
    let client = with_token(&server, &Clock::default());
    client.get("acme", "/repos/acme/old").unwrap();
    client.post("acme", "/repos/acme/sent", &[1]).unwrap();
    assert_eq!(server.asked()[2..], ["POST /repos/acme/sent", "POST /repositories/7"]);
    // What is sent is sent elsewhere only where GitHub says so.
    words(&client.post("acme", "/repos/acme/old", &[1]).err().unwrap());
    words(&client.get("acme", "/round-and-round").err().unwrap());
    let error = words(&client.get("acme", "/elsewhere").err().unwrap());
    assert!(error.ends_with("it sends us to another server"), "{error}");
    assert_eq!(other.asked().len(), 0);
}

#[test]
fn answers_may_be_packed() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(br#"{"a":"b"}"#).unwrap();
    let packed = packed.finish().unwrap();
    let server = Server::start(move |asked, _| {
        let body = if asked.path == "/cut" { packed[..9].to_vec() } else { packed.clone() };
        Reply::Answer { status: 200, headers: vec![("content-encoding", "gzip".to_owned())], body }
    });
    let client = with_token(&server, &Clock::default());
    let answer: Value = client.get("acme", "/a").unwrap().json().unwrap();
    assert_eq!(answer["a"], "b");
    assert_eq!(server.requests()[0].header("accept-encoding"), "gzip");
    assert!(words(&client.get("acme", "/cut").err().unwrap()).contains("its content can't be unpacked"));
    let error = words(&client.get("acme", "/a").unwrap().json::<Vec<u8>>().err().unwrap());
    assert!(error.starts_with("GitHub's answer to GET /a is not what its API is described to answer: "), "{error}");
}

#[test]
fn several_threads_wait_for_one_limit() {
    let server = Server::start(|_, before| match before {
        0 => with(429, &[("retry-after", "3000")], ""),
        _ => reply(200, "{}"),
    });
    let clock = Clock::default();
    let client = with_token(&server, &clock);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| client.get("acme", "/a").unwrap());
        }
    });
    assert_eq!(server.asked().len(), 5);
    assert_eq!(clock.said(), ["GitHub's rate limit is reached; going on in 51 min"]);
}
