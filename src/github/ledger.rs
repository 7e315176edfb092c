//! What was uploaded before: so that nothing is sent twice, alerts close, and an hour's limit is kept. Pure; the program
//! reads and writes the file.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::delivery::Delivery;

const SCHEMA: &str = "levelset-uploads/1";
/// Code scanning takes so many uploads of a user or an App in an hour.
const UPLOADS_AN_HOUR: usize = 1_000;
const HOUR: Duration = Duration::from_secs(60 * 60);

/// What was uploaded before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    #[serde(rename = "$schema")]
    schema: String,
    /// The last upload that was accepted, by repository and ref: `github.com/acme/web refs/heads/main`.
    uploads: BTreeMap<String, Sent>,
    /// When something was uploaded in the last hour, in seconds since 1970.
    last_hour: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sent {
    commit: String,
    hash: String,
    results: usize,
    /// By which code scanning knows it.
    id: String,
    /// Whether code scanning has said that it is through with it.
    is_complete: bool,
    /// In seconds since 1970.
    at: u64,
}

/// What is to be done with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Send it.
    Send,
    /// It was sent, and is in code scanning.
    Unchanged,
    /// It was sent; what became of it isn't known.
    Ask { id: String },
    /// It has no results, and what was sent before has none either.
    NothingToClose,
}

impl Default for Ledger {
    fn default() -> Self {
        Ledger { schema: SCHEMA.to_owned(), uploads: BTreeMap::new(), last_hour: Vec::new() }
    }
}

impl Ledger {
    /// Reads a ledger.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub fn parse(text: &str) -> Result<Self> {
        let ledger: Ledger = serde_json::from_str(text)
            .context("not a ledger of uploads; take it away, and everything is uploaded again")?;
        ensure!(
            ledger.schema == SCHEMA,
            "it is of another version of levelset ({}); name another file with --ledger",
            ledger.schema
        );
        Ok(ledger)
    }

    /// The text of the file.
    ///
    /// # Errors
    /// Never, as far as is known.
    pub fn to_text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// What is to be done with a file. Where nothing is known, it is sent, also without results: alerts of earlier uploads
    /// close by that alone.
    pub(crate) fn plan(&self, delivery: &Delivery) -> Plan {
        match self.uploads.get(&key(delivery)) {
            None => Plan::Send,
            Some(sent) if sent.commit == delivery.commit && sent.hash == delivery.hash => match sent.is_complete {
                true => Plan::Unchanged,
                false => Plan::Ask { id: sent.id.clone() },
            },
            Some(sent) if sent.is_complete && sent.results == 0 && delivery.results == 0 => Plan::NothingToClose,
            Some(_) => Plan::Send,
        }
    }

    /// Counts an upload that is about to be sent; where the hour is full, the time since 1970 when it isn't any more.
    pub(crate) fn begin(&mut self, now: Duration) -> Result<(), Duration> {
        self.last_hour.retain(|at| Duration::from_secs(*at) + HOUR > now);
        if let Some(at) = self.last_hour.len().checked_sub(UPLOADS_AN_HOUR).and_then(|at| self.last_hour.get(at)) {
            return Err(Duration::from_secs(*at + 1) + HOUR);
        }
        self.last_hour.push(now.as_secs());
        Ok(())
    }

    /// Writes down that an upload was accepted.
    pub(crate) fn accepted(&mut self, delivery: &Delivery, id: &str, now: Duration) {
        let sent = Sent {
            commit: delivery.commit.clone(),
            hash: delivery.hash.clone(),
            results: delivery.results,
            id: id.to_owned(),
            is_complete: false,
            at: now.as_secs(),
        };
        self.uploads.insert(key(delivery), sent);
    }

    /// Writes down what became of an upload: one that failed is as if it had not been sent.
    pub(crate) fn finished(&mut self, delivery: &Delivery, is_good: bool) {
        let key = key(delivery);
        match is_good {
            true => {
                if let Some(it) = self.uploads.get_mut(&key) {
                    it.is_complete = true;
                }
            }
            false => drop(self.uploads.remove(&key)),
        }
    }
}

/// Repositories are the same in any case, refs aren't.
pub(crate) fn key(delivery: &Delivery) -> String {
    let Delivery { host, owner, name, git_ref, .. } = delivery;
    format!("{} {git_ref}", format!("{host}/{owner}/{name}").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Ledger, Plan};
    use crate::github::delivery::Delivery;

    fn delivery(commit: &str, results: usize) -> Delivery {
        Delivery {
            host: "github.com".to_owned(),
            owner: "Acme".to_owned(),
            name: "web".to_owned(),
            commit: commit.to_owned(),
            git_ref: "refs/heads/main".to_owned(),
            tool: "levelset".to_owned(),
            results,
            hash: format!("{commit} {results}"),
        }
    }

    const NOW: Duration = Duration::from_secs(10_000);

    #[test]
    fn what_is_sent() {
        let mut ledger = Ledger::default();
        let [some, none, later, some_again] = [delivery("a", 2), delivery("b", 0), delivery("c", 0), delivery("d", 1)];
        // Nothing is known: sent in any case.
        assert_eq!((ledger.plan(&some), ledger.plan(&none)), (Plan::Send, Plan::Send));
        ledger.accepted(&some, "1", NOW);
        assert_eq!(ledger.plan(&some), Plan::Ask { id: "1".to_owned() });
        ledger.finished(&some, true);
        let in_other_case = Delivery { owner: "acme".to_owned(), ..some.clone() };
        assert_eq!(ledger.plan(&in_other_case), Plan::Unchanged);
        let other_branch = Delivery { git_ref: "refs/heads/Main".to_owned(), ..some.clone() };
        assert_eq!(ledger.plan(&other_branch), Plan::Send);
        // Two results are to be closed.
        assert_eq!(ledger.plan(&none), Plan::Send);
        ledger.accepted(&none, "2", NOW);
        // That is not sure yet.
        assert_eq!(ledger.plan(&later), Plan::Send);
        ledger.finished(&none, true);
        assert_eq!(ledger.plan(&later), Plan::NothingToClose);
        assert_eq!(ledger.plan(&some_again), Plan::Send);
        // What failed was never sent, and nothing is known of what is open.
        ledger.accepted(&later, "3", NOW);
        ledger.finished(&later, false);
        assert_eq!(ledger.plan(&later), Plan::Send);
    }

    #[test]
    fn an_hour_has_a_thousand_uploads() {
        let mut ledger = Ledger::default();
        for second in 0..1000 {
            assert_eq!(ledger.begin(NOW + Duration::from_secs(second)), Ok(()));
        }
        let full = NOW + Duration::from_secs(1000);
        assert_eq!(ledger.begin(full), Err(NOW + Duration::from_secs(3601)));
        assert_eq!(ledger.begin(NOW + Duration::from_secs(3600)), Ok(()));
        assert_eq!(ledger.begin(NOW + Duration::from_secs(3600)), Err(NOW + Duration::from_secs(3602)));
    }

    #[test]
    fn written_and_read() {
        let mut ledger = Ledger::default();
        ledger.begin(NOW).unwrap();
        ledger.accepted(&delivery("a", 2), "1", NOW);
        let text = ledger.to_text().unwrap();
        assert_eq!(Ledger::parse(&text).unwrap(), ledger);
        assert!(text.contains("\"github.com/acme/web refs/heads/main\""));
        let newer = text.replace("levelset-uploads/1", "levelset-uploads/2");
        assert!(Ledger::parse(&newer).unwrap_err().to_string().starts_with("it is of another version"));
        assert!(Ledger::parse("").unwrap_err().to_string().starts_with("not a ledger"));
    }
}
