//! What is uploaded, what isn't, and what is said of it. The sentences are held to `testdata/github/sentences.tsv`.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use levelset::github::http::Client;
use levelset::github::ledger::Ledger;
use levelset::github::upload::{Files, Outcome, Uploaded, upload};
use serde_json::{Value, json};

use super::{Asked, Clock, Reply, Server, reply, with, with_token};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const LATER: &str = "89abcdef0123456789abcdef0123456789abcdef";

/// A report: files with what they hold.
#[derive(Default)]
struct Report {
    files: BTreeMap<String, String>,
    ledger: Mutex<Ledger>,
    saved: Mutex<usize>,
}

impl Report {
    /// With a file of so many results for `acme/NAME`.
    fn with(mut self, name: &str, commit: &str, results: usize) -> Self {
        let text = sarif("github.com", &format!("acme/{name}"), commit, results);
        self.files.insert(format!("sarif/acme/{name}.sarif"), text);
        self
    }

    fn upload(&self, client: &Client, dry_run: bool) -> Uploaded {
        let names: Vec<String> = self.files.keys().cloned().collect();
        let read = |name: &str| Ok(self.files[name].clone().into_bytes());
        let save = |ledger: &Ledger| {
            *self.ledger.lock().unwrap() = ledger.clone();
            *self.saved.lock().unwrap() += 1;
            Ok(())
        };
        let ledger = self.ledger.lock().unwrap().clone();
        upload(client, &Files { names: &names, read: &read, save: &save }, ledger, dry_run).unwrap()
    }
}

fn sarif(host: &str, repository: &str, commit: &str, results: usize) -> String {
    json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": "levelset" } },
        "versionControlProvenance": [{
            "repositoryUri": format!("https://{host}/{repository}"), "revisionId": commit, "branch": "refs/heads/main",
        }],
        "results": vec![json!({ "ruleId": "a" }); results],
    }] })
    .to_string()
}

/// Code scanning that takes everything, and says after some questions what `says` says.
fn code_scanning(says: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Server {
    let questions = Mutex::new(BTreeMap::<String, usize>::new());
    Server::start(move |asked, _| match asked.method.as_str() {
        "POST" => {
            let name = asked.path.split('/').nth(3).unwrap();
            reply(202, &json!({ "id": format!("id-{name}"), "url": "https://api.github.com/x" }).to_string())
        }
        _ => {
            let mut questions = questions.lock().unwrap();
            let n = questions.entry(asked.path.clone()).or_default();
            *n += 1;
            says(asked, *n)
        }
    })
}

fn complete(_: &Asked, _: usize) -> Reply {
    reply(200, r#"{"processing_status":"complete","analyses_url":"https://api.github.com/y"}"#)
}

fn rows(uploaded: &Uploaded) -> Vec<(&str, Outcome, Option<usize>)> {
    uploaded.rows.iter().map(|it| (it.repository.as_str(), it.outcome, it.results)).collect()
}

fn posts(server: &Server) -> Vec<String> {
    let mut posts: Vec<String> = server.asked().into_iter().filter(|it| it.starts_with("POST")).collect();
    posts.sort();
    posts
}

#[test]
fn each_file_goes_to_its_own_repository_and_nothing_twice() {
    let server = code_scanning(complete);
    let client = with_token(&server, &Clock::default());
    let report = Report::default().with("web", COMMIT, 2).with("api", COMMIT, 0).with("cli", COMMIT, 1);
    let uploaded = report.upload(&client, false);
    assert_eq!(
        rows(&uploaded),
        [
            ("acme/api", Outcome::Uploaded, Some(0)),
            ("acme/cli", Outcome::Uploaded, Some(1)),
            ("acme/web", Outcome::Uploaded, Some(2)),
        ]
    );
    assert_eq!(posts(&server), ["api", "cli", "web"].map(|it| format!("POST /repos/acme/{it}/code-scanning/sarifs")));
    let sent = server.requests().into_iter().find(|it| it.path == "/repos/acme/web/code-scanning/sarifs").unwrap();
    let mut body: Value = serde_json::from_slice(&sent.body).unwrap();
    let packed = STANDARD.decode(body["sarif"].take().as_str().unwrap()).unwrap();
    let mut text = String::new();
    GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text, report.files["sarif/acme/web.sarif"]);
    let expected = json!({ "commit_sha": COMMIT, "ref": "refs/heads/main", "sarif": null, "tool_name": "levelset" });
    assert_eq!(body, expected);
    // Once before anything is sent, once for each file, once at the end.
    assert_eq!(*report.saved.lock().unwrap(), 5);

    let again = report.upload(&client, false);
    assert_eq!(again.counts, [(Outcome::Unchanged, 3)].into());
    assert_eq!(posts(&server).len(), 3);

    // A later commit: of `web` the two alerts close, `api` had none.
    let ledger = report.ledger;
    let later =
        Report { ledger, ..Report::default() }.with("web", LATER, 0).with("api", LATER, 0).with("cli", LATER, 1);
    let outcomes: Vec<Outcome> = later.upload(&client, false).rows.iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes, [Outcome::NothingToClose, Outcome::Uploaded, Outcome::Uploaded]);
    let last = later.upload(&client, false);
    assert_eq!(last.counts, [(Outcome::Unchanged, 2), (Outcome::NothingToClose, 1)].into());
}

#[test]
fn it_asks_what_became_of_an_upload() {
    let server = code_scanning(|asked, n| match (asked.path.ends_with("id-slow"), n) {
        (true, ..=5) | (false, 1) => reply(200, r#"{"processing_status":"pending"}"#),
        // Not known everywhere at once.
        (false, 2) => reply(404, r#"{"message":"Not Found"}"#),
        _ => complete(asked, n),
    });
    let clock = Clock::default();
    let client = with_token(&server, &clock);
    let report = Report::default().with("quick", COMMIT, 1);
    assert_eq!(report.upload(&client, false).counts, [(Outcome::Uploaded, 1)].into());
    assert_eq!(clock.waits(), [5, 10, 20]);

    let report = Report::default().with("slow", COMMIT, 1);
    let uploaded = report.upload(&client, false);
    assert_eq!(uploaded.counts, [(Outcome::Processing, 1)].into());
    assert!(!Outcome::Processing.is_failure());
    assert_eq!(clock.waits()[3..], [5, 10, 20, 40, 80]);
    // The next run asks and doesn't send.
    assert_eq!(report.upload(&client, false).counts, [(Outcome::Uploaded, 1)].into());
    assert_eq!(report.upload(&client, false).counts, [(Outcome::Unchanged, 1)].into());
    assert_eq!(posts(&server).len(), 2);
}

#[test]
fn a_run_that_broke_goes_on() {
    // The answer to the upload is lost once, then comes; the run breaks while it waits.
    let server = code_scanning(complete);
    let client = with_token(&server, &Clock::default());
    let report = Report::default().with("web", COMMIT, 2);
    let saved = Arc::new(Mutex::new(Vec::new()));
    let kept = saved.clone();
    let names: Vec<String> = report.files.keys().cloned().collect();
    let read = |name: &str| Ok(report.files[name].clone().into_bytes());
    let save = move |ledger: &Ledger| {
        kept.lock().unwrap().push(ledger.clone());
        Ok(())
    };
    upload(&client, &Files { names: &names, read: &read, save: &save }, Ledger::default(), false).unwrap();
    // As it was written when the upload was accepted.
    let at_break = saved.lock().unwrap()[1].clone();
    *report.ledger.lock().unwrap() = at_break;
    assert_eq!(report.upload(&client, false).counts, [(Outcome::Uploaded, 1)].into());
    assert_eq!(posts(&server).len(), 1);

    // What code scanning doesn't know any more is sent again.
    let forgetful = code_scanning(|asked, n| if n == 1 { reply(404, "{}") } else { complete(asked, n) });
    *report.ledger.lock().unwrap() = saved.lock().unwrap()[1].clone();
    let uploaded = report.upload(&with_token(&forgetful, &Clock::default()), false);
    assert_eq!((uploaded.counts, posts(&forgetful).len()), ([(Outcome::Uploaded, 1)].into(), 1));
}

#[test]
fn a_ledger_that_cannot_be_written() {
    let server = code_scanning(complete);
    let client = with_token(&server, &Clock::default());
    let report = Report::default().with("web", COMMIT, 2);
    let names: Vec<String> = report.files.keys().cloned().collect();
    let read = |name: &str| Ok(report.files[name].clone().into_bytes());
    let full = |_: &Ledger| anyhow::bail!("no space left");
    let error = upload(&client, &Files { names: &names, read: &read, save: &full }, Ledger::default(), false);
    assert_eq!(error.unwrap_err().to_string(), "no space left");
    assert_eq!(server.asked().len(), 0);
    // The disk fills up later: what was sent is told, and that it isn't written down.
    let once = Mutex::new(0);
    let fills_up = |_: &Ledger| {
        *once.lock().unwrap() += 1;
        anyhow::ensure!(*once.lock().unwrap() == 1, "no space left");
        Ok(())
    };
    let files = Files { names: &names, read: &read, save: &fills_up };
    let uploaded = upload(&client, &files, Ledger::default(), false).unwrap();
    assert_eq!(uploaded.counts, [(Outcome::Uploaded, 1)].into());
    assert_eq!(uploaded.ledger.as_deref(), Some("no space left"));
}

#[test]
fn every_sentence() {
    let table = include_str!("../../../testdata/github/sentences.tsv");
    let mut wrong = Vec::new();
    for line in table.lines().filter(|it| !it.starts_with('#')) {
        let [how, said, outcome, begins] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let status = how.parse::<u16>();
        let body = json!({ "message": said }).to_string();
        let server = match status {
            Ok(status) => Server::start(move |_, _| reply(status, &body)),
            Err(_) => {
                let answer = json!({ "processing_status": "failed", "errors": [said] }).to_string();
                code_scanning(move |_, _| reply(200, &answer))
            }
        };
        let client = with_token(&server, &Clock::default());
        let report = Report::default().with("web", COMMIT, 2);
        let uploaded = report.upload(&client, false);
        let [row] = uploaded.rows.as_slice() else { panic!("{uploaded:?}") };
        assert!(!row.note.contains("secret"), "{}", row.note);
        // Each says what to do, but where nobody knows.
        let says_what_to_do = row.note.contains([';', ':', '(']);
        if row.outcome.words() != outcome || !row.note.starts_with(begins) || !says_what_to_do {
            wrong.push(format!("{how} {said}\n  {}: {}", row.outcome.words(), row.note));
        }
        // What failed is sent again next time; a decision of the owner is asked about again, too.
        let n = posts(&server).len();
        report.upload(&client, false);
        if posts(&server).len() <= n {
            wrong.push(format!("{how} {said}\n  is not tried again"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_token_that_is_wrong_is_tried_once() {
    let server = Server::start(|_, _| reply(401, r#"{"message":"Bad credentials"}"#));
    let mut report = Report::default();
    for it in 0..50 {
        report = report.with(&format!("r{it:02}"), COMMIT, 1);
    }
    let uploaded = report.upload(&with_token(&server, &Clock::default()), false);
    assert!(server.asked().len() <= 4, "{:?}", server.asked().len());
    let failed = uploaded.counts[&Outcome::Failed];
    assert_eq!(uploaded.counts, [(Outcome::Failed, failed), (Outcome::NotTried, 50 - failed)].into());
}

#[test]
fn a_limit_that_lasts_too_long_leaves_the_rest_for_later() {
    let server = code_scanning(complete);
    let clock = Clock::default();
    let client = with_token(&server, &clock);
    // A thousand in this hour: the first one is fifty minutes old, so that ten minutes are to be waited.
    let mut text: Value = serde_json::from_str(&Ledger::default().to_text().unwrap()).unwrap();
    let start = super::START;
    text["last_hour"] = json!((0..1000).map(|it| if it < 2 { start - 3000 } else { start }).collect::<Vec<_>>());
    let ledger = Mutex::new(Ledger::parse(&text.to_string()).unwrap());
    let report = Report { ledger, ..Report::default() }.with("a", COMMIT, 1).with("b", COMMIT, 1);
    assert_eq!(report.upload(&client, false).counts, [(Outcome::Uploaded, 2)].into());
    assert!(
        clock
            .said()
            .contains(&"code scanning's limit of 1,000 uploads an hour is reached; going on in 11 min".to_owned())
    );

    // The next is full for longer than may be waited.
    let of_now = clock.now().as_secs();
    text["last_hour"] = json!(vec![of_now; 1000]);
    let ledger = Mutex::new(Ledger::parse(&text.to_string()).unwrap());
    let report = Report { ledger, ..Report::default() }.with("c", COMMIT, 1);
    let uploaded = report.upload(&client, false);
    assert_eq!(uploaded.counts, [(Outcome::NotTried, 1)].into());
    assert!(uploaded.rows[0].note.contains("(--max-wait); run it again then"), "{}", uploaded.rows[0].note);
    assert_eq!(posts(&server).len(), 2);
}

#[test]
fn limits_and_failures_on_the_way() {
    let server = Server::start(|asked, before| match (before, asked.method.as_str()) {
        (0, _) => reply(502, ""),
        (1, _) => Reply::Reset,
        (2, _) => with(429, &[("retry-after", "9")], ""),
        (_, "POST") => reply(202, r#"{"id":"1"}"#),
        (4, _) => reply(502, ""),
        _ => complete(asked, 0),
    });
    let clock = Clock::default();
    let report = Report::default().with("web", COMMIT, 1);
    assert_eq!(report.upload(&with_token(&server, &clock), false).counts, [(Outcome::Uploaded, 1)].into());
    assert_eq!(clock.waits(), [1, 2, 10, 5, 1]);
}

#[test]
fn what_belongs_elsewhere_and_what_belongs_nowhere() {
    let server = code_scanning(complete);
    let client = with_token(&server, &Clock::default());
    let mut report = Report::default().with("web", COMMIT, 1);
    for (name, text) in [
        ("sarif/a.sarif", "{".to_owned()),
        ("sarif/b.sarif", sarif("gitlab.com", "acme/web", COMMIT, 1)),
        ("sarif/c.sarif", sarif("github.com", "acme/web/../x", COMMIT, 1)),
        ("sarif/d.sarif", sarif("github.com", "acme/web", "HEAD", 1)),
        // After `sarif/acme/web.sarif`.
        ("sarif/e.sarif", sarif("GitHub.com", "ACME/Web", LATER, 1)),
    ] {
        report.files.insert(name.to_owned(), text);
    }
    let uploaded = report.upload(&client, false);
    assert_eq!(
        rows(&uploaded),
        [
            ("sarif/a.sarif", Outcome::Failed, None),
            ("acme/web", Outcome::Uploaded, Some(1)),
            ("sarif/b.sarif", Outcome::Elsewhere, None),
            ("sarif/c.sarif", Outcome::Elsewhere, None),
            ("sarif/d.sarif", Outcome::Failed, None),
            ("sarif/e.sarif", Outcome::Failed, None),
        ]
    );
    assert_eq!(uploaded.rows[2].note, "it is of gitlab.com, and this is github.com");
    assert!(uploaded.rows[5].note.starts_with("another file is of the same repository and branch"));
    assert_eq!(posts(&server).len(), 1);
}

#[test]
fn to_look_before() {
    let server = code_scanning(complete);
    let report = Report::default().with("web", COMMIT, 1);
    let uploaded = report.upload(&with_token(&server, &Clock::default()), true);
    assert_eq!(rows(&uploaded), [("acme/web", Outcome::WouldUpload, Some(1))]);
    assert_eq!(uploaded.rows[0].note, "refs/heads/main at 0123456789ab");
    assert_eq!((server.asked().len(), *report.saved.lock().unwrap()), (0, 0));
}
