//! How far a long command has come, on standard error: one line, written again a few times a second.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The line is written again after this time at the earliest.
const EVERY: Duration = Duration::from_millis(200);

pub(crate) struct Progress {
    enabled: bool,
    started: Instant,
    /// When the line was written last: milliseconds since the start.
    last: AtomicU64,
}

impl Progress {
    /// Progress that is shown if it is wanted and somebody looks on.
    pub(crate) fn new(wanted: bool) -> Self {
        let enabled = wanted && io::stderr().is_terminal();
        Progress { enabled, started: Instant::now(), last: AtomicU64::new(0) }
    }

    pub(crate) fn is_shown(&self) -> bool {
        self.enabled
    }

    /// Shows a line, if it is time for one. The line may ask how many a second a number is.
    pub(crate) fn show(&self, line: impl FnOnce(&dyn Fn(u64) -> u64) -> String) {
        let now = self.started.elapsed().as_millis() as u64;
        let last = self.last.load(Ordering::Relaxed);
        let due = self.enabled && now >= last + EVERY.as_millis() as u64;
        if due && self.last.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let text = format!("\r{}\x1b[K", line(&|number| number * 1000 / now.max(1)));
            // Progress that can't be shown is no reason to stop.
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        if self.enabled && self.last.load(Ordering::Relaxed) > 0 {
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }
}
