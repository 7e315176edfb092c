//! Runs git in our own bare repositories: what a server has, and fetching from it. The one place that starts a program.
//!
//! Git sees nothing of the user's or the machine's configuration, runs no hook, asks nobody and follows no redirect. What
//! it sends to say who asks is in its environment, for this server alone: never among arguments, in an address, in a file.

#![expect(clippy::disallowed_methods, reason = "runs git on repositories of our own")]

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::auth::Token;

/// What of the environment reaches git: where programs, temporary files and proxies are, and who signs for servers; sorted.
const PASSED: &[&str] = &[
    "ALL_PROXY",
    "CURL_CA_BUNDLE",
    "GIT_EXEC_PATH",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LD_LIBRARY_PATH",
    "NO_PROXY",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Settings of every command; what has to do with an address is added. Sorted.
const SETTINGS: &[(&str, &str)] = &[
    ("core.askPass", ""),
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/dev/null"),
    ("credential.helper", ""),
    ("fetch.recurseSubmodules", "false"),
    ("fetch.writeCommitGraph", "false"),
    ("gc.auto", "0"),
    ("http.followRedirects", "false"),
    // A connection that has nothing more to say is a broken one.
    ("http.lowSpeedLimit", "1000"),
    ("http.lowSpeedTime", "60"),
    ("maintenance.auto", "false"),
    ("protocol.allow", "never"),
    ("protocol.https.allow", "always"),
    ("protocol.version", "2"),
];

/// More of what git says than anybody reads.
const MOST_WORDS: usize = 300;

/// The oldest git that takes settings from its environment and leaves out the user's.
const OLDEST: (u32, u32) = (2, 32);

/// Names of what says where a certificate is, or a folder of some.
const CERTIFICATES: &[&str] = &["CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_DIR", "SSL_CERT_FILE"];

/// The program, and the environment it gets.
#[derive(Clone)]
pub struct Git {
    passed: Vec<(OsString, OsString)>,
    /// Addresses of proxies, in which there may be a password.
    proxies: Vec<String>,
}

/// Why git could not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitError {
    /// There is no git, or it can't be started: the system's words.
    NotStarted(String),
    /// The server doesn't know the repository, or doesn't show it to us.
    Gone,
    /// The server doesn't accept the token.
    Refused,
    /// The server asks for fewer requests.
    TooMany,
    /// The server or the connection failed, which may be over soon; in git's words.
    Broken(String),
    /// The disk is full.
    DiskFull,
    /// Anything else, in git's words.
    Failed(String),
}

impl Git {
    /// Takes what git needs out of the environment.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut passed = Vec::new();
        let mut proxies = Vec::new();
        for (name, value) in variables {
            // Windows doesn't tell `Path` from `PATH`.
            let name = if cfg!(windows) { name.to_ascii_uppercase() } else { name };
            let Some(known) = name.to_str().filter(|name| PASSED.binary_search(name).is_ok()) else { continue };
            if known.to_ascii_lowercase().ends_with("_proxy") {
                proxies.extend(value.to_str().filter(|it| it.len() > 3).map(str::to_owned));
            }
            // Git runs in another folder.
            let is_path = CERTIFICATES.contains(&known);
            let absolute = if is_path { std::path::absolute(&value).ok() } else { None };
            passed.push((name, absolute.map_or(value, Into::into)));
        }
        let value = |of: &str| passed.iter().find(|(name, _)| name == of).map(|(_, value)| value.clone());
        // The TLS of Debian's git doesn't know the one that ours and most others go by.
        if let (Some(authorities), None) = (value("SSL_CERT_FILE"), value("GIT_SSL_CAINFO")) {
            passed.push(("GIT_SSL_CAINFO".into(), authorities));
        }
        Git { passed, proxies }
    }

    /// Looks whether there is a git that does what is asked of it here.
    ///
    /// # Errors
    /// What is missing, and what to do.
    pub fn check(&self) -> Result<()> {
        let mut command = Command::new("git");
        command.env_clear().envs(self.passed.iter().map(|(name, value)| (name, value))).arg("version");
        let output = command.stdin(Stdio::null()).output().context("git can't be started; install git")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let mut numbers = said.split(|c: char| !c.is_ascii_digit()).filter_map(|it| it.parse::<u32>().ok());
        let version = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
        let (major, minor) = OLDEST;
        ensure!(version >= OLDEST, "git {major}.{minor} or later is needed, and this is {:?}", said.trim());
        Ok(())
    }

    /// Runs a command of git in a folder, and gives what it printed. `server` is the address, as `https://github.com/`, that
    /// the token is for.
    ///
    /// # Errors
    /// Why git failed. Nothing in it is secret.
    pub(crate) fn run(
        &self,
        folder: &Path,
        server: &str,
        token: Option<&Token>,
        arguments: &[&str],
        input: &[u8],
    ) -> std::result::Result<Vec<u8>, GitError> {
        let mut command = Command::new("git");
        command.env_clear().envs(self.passed.iter().map(|(name, value)| (name, value)));
        command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("HOME", folder).env("XDG_CONFIG_HOME", folder).env("GIT_CONFIG_GLOBAL", null());
        // No repository around the folder is meant, whatever becomes of ours.
        command.env("GIT_DIR", folder);
        let header = token.map(|token| {
            let pair = STANDARD.encode(format!("x-access-token:{}", token.reveal()));
            (format!("http.{server}.extraHeader"), format!("Authorization: Basic {pair}"))
        });
        // Without encryption only where the whole server is asked so, which is one on this machine.
        let plain = server.starts_with("http://").then_some(("protocol.http.allow", "always"));
        let settings = SETTINGS.iter().copied().chain(plain);
        let all = settings.chain(header.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let mut count = 0;
        for (key, value) in all {
            command.env(format!("GIT_CONFIG_KEY_{count}"), key).env(format!("GIT_CONFIG_VALUE_{count}"), value);
            count += 1;
        }
        command.env("GIT_CONFIG_COUNT", count.to_string());
        command.args(arguments).current_dir(folder);
        command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let not_started = |why: std::io::Error| GitError::NotStarted(why.to_string());
        let mut child = command.spawn().map_err(not_started)?;
        let to_git = child.stdin.take();
        let output = std::thread::scope(|scope| {
            // Git may say something before it has heard all.
            scope.spawn(|| to_git.map(|mut it| it.write_all(input)));
            child.wait_with_output()
        });
        let output = output.map_err(not_started)?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                // Git quotes the address of a proxy that it can't use, password and all.
                Err(error(&self.proxies.iter().fold(said, |said, it| said.replace(it.as_str(), "(the proxy)"))))
            }
        }
    }
}

/// A file that has nothing in it.
fn null() -> &'static str {
    if cfg!(windows) { "NUL" } else { "/dev/null" }
}

/// An error, with git's words where they tell more.
type Meaning = fn(String) -> GitError;

/// Parts of what git says, in lower case, and what they mean; the first that is said counts.
const SAID: &[(&str, Meaning)] = &[
    ("no space left on device", |_| GitError::DiskFull),
    ("disk quota exceeded", |_| GitError::DiskFull),
    ("requested url returned error: 401", |_| GitError::Refused),
    ("authentication failed", |_| GitError::Refused),
    ("could not read username", |_| GitError::Refused),
    ("requested url returned error: 403", |_| GitError::Refused),
    ("requested url returned error: 429", |_| GitError::TooMany),
    ("requested url returned error: 404", |_| GitError::Gone),
    // It was renamed, and addresses are not followed elsewhere.
    ("requested url returned error: 30", |_| GitError::Gone),
    ("repository not found", |_| GitError::Gone),
    ("not found", |_| GitError::Gone),
    ("requested url returned error: 5", GitError::Broken),
    ("early eof", GitError::Broken),
    ("unexpected disconnect", GitError::Broken),
    ("the remote end hung up", GitError::Broken),
    ("rpc failed", GitError::Broken),
    ("connection reset", GitError::Broken),
    ("could not resolve host", GitError::Broken),
    ("failed to connect", GitError::Broken),
    ("couldn't connect", GitError::Broken),
    ("empty reply from server", GitError::Broken),
    ("timed out", GitError::Broken),
    ("too slow", GitError::Broken),
    ("transfer closed", GitError::Broken),
    ("expected flush after", GitError::Broken),
    ("unexpected end of file", GitError::Broken),
    ("bad line length character", GitError::Broken),
    ("invalid index-pack output", GitError::Broken),
    // What no second try mends, and then whatever else has to do with the connection.
    ("certificate", GitError::Failed),
    ("proxy", GitError::Failed),
    ("unable to access", GitError::Broken),
];

fn error(said: &str) -> GitError {
    let lower = said.to_lowercase();
    let words = words(said);
    match SAID.iter().find(|(part, _)| lower.contains(part)) {
        Some((_, what)) => what(words),
        None => GitError::Failed(words),
    }
}

/// What git says in one line: its last words, which are what it ended with.
fn words(said: &str) -> String {
    let lines = said.lines().map(str::trim).filter(|it| !it.is_empty());
    let fatal: Vec<&str> = lines.clone().filter(|it| it.starts_with("fatal:") || it.starts_with("error:")).collect();
    let words = if fatal.is_empty() { lines.collect::<Vec<_>>().join("; ") } else { fatal.join("; ") };
    match words.char_indices().nth(MOST_WORDS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None if words.is_empty() => "git failed without a word".to_owned(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::{CERTIFICATES, Git, GitError, PASSED, SETTINGS, error};

    #[test]
    fn tables_are_sorted() {
        assert!(PASSED.is_sorted());
        assert!(CERTIFICATES.is_sorted());
        assert!(SETTINGS.is_sorted());
    }

    #[test]
    fn what_git_gets() {
        let variables = [
            ("PATH", "/bin"),
            ("GITHUB_TOKEN", "secret"),
            ("GIT_DIR", "/x"),
            ("SSL_CERT_FILE", "/ca.pem"),
            ("https_proxy", "http://a:b@proxy"),
        ];
        let git = Git::new(variables.map(|(name, value)| (name.into(), value.into())));
        let mut names: Vec<_> =
            git.passed.iter().map(|(name, value)| format!("{}={}", name.display(), value.display())).collect();
        names.sort();
        let expected = ["GIT_SSL_CAINFO=/ca.pem", "PATH=/bin", "SSL_CERT_FILE=/ca.pem", "https_proxy=http://a:b@proxy"];
        #[cfg(unix)]
        assert_eq!(names, expected);
        #[cfg(unix)]
        assert_eq!(git.proxies, ["http://a:b@proxy"]);
    }

    #[test]
    fn what_git_says() {
        let broken = |it: &str| GitError::Broken(it.to_owned());
        for (said, expected) in [
            ("fatal: repository 'https://x/a/b.git/' not found\n", GitError::Gone),
            ("remote: Repository not found.\nfatal: repository 'https://x/a/b.git/' not found\n", GitError::Gone),
            ("fatal: unable to access 'https://x/': The requested URL returned error: 403\n", GitError::Refused),
            ("fatal: Authentication failed for 'https://x/'\n", GitError::Refused),
            ("fatal: could not read Username for 'https://x': terminal prompts disabled\n", GitError::Refused),
            ("fatal: unable to access 'https://x/': The requested URL returned error: 429\n", GitError::TooMany),
            ("fatal: write error: No space left on device\nfatal: index-pack failed\n", GitError::DiskFull),
            (
                "fatal: unable to access 'u': The requested URL returned error: 502\n",
                broken("fatal: unable to access 'u': The requested URL returned error: 502"),
            ),
            (
                "error: RPC failed; curl 56 Recv failure: Connection reset by peer\nnote\nfatal: early EOF\n",
                broken("error: RPC failed; curl 56 Recv failure: Connection reset by peer; fatal: early EOF"),
            ),
            ("fatal: unable to access 'u': The requested URL returned error: 301\n", GitError::Gone),
            (
                "fatal: unable to access 'u': GnuTLS recv error (-110)\n",
                broken("fatal: unable to access 'u': GnuTLS recv error (-110)"),
            ),
            (
                "fatal: unable to access 'u': server certificate verification failed. CAfile: none\n",
                GitError::Failed(
                    "fatal: unable to access 'u': server certificate verification failed. CAfile: none".to_owned(),
                ),
            ),
            ("", GitError::Failed("git failed without a word".to_owned())),
            ("fatal: odd\n", GitError::Failed("fatal: odd".to_owned())),
            (&"x".repeat(301), GitError::Failed(format!("{}…", "x".repeat(300)))),
        ] {
            assert_eq!(error(said), expected, "{said}");
        }
    }
}
