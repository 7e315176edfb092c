//! When to ask, and how long to wait at most. Waiting and the clock are given, so that tests don't sleep.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Shorter waits are nothing to speak of.
const WORTH_SAYING: Duration = Duration::from_secs(5);

/// The clock, how to wait, and whom to tell.
pub struct Pace {
    /// The time since 1970.
    pub now: Box<dyn Fn() -> Duration + Send + Sync>,
    /// Returns when so much time is over.
    pub wait: Box<dyn Fn(Duration) + Send + Sync>,
    /// Takes a message for people, one line.
    pub say: Box<dyn Fn(&str) + Send + Sync>,
}

/// How long has been waited, and how long may be.
pub(crate) struct Patience {
    /// All waits together may be so long.
    most: Duration,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    /// The time that was waited through, which several threads wait through at once and is counted once.
    waited: Duration,
    /// Until when it is waited, as a time since 1970.
    until: Duration,
    /// Until when nothing is asked, as a time since 1970.
    closed: Duration,
}

/// A wait that would be longer than may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// How long it would be from now on.
    pub wait: Duration,
    /// How long all waits together may be.
    pub most: Duration,
}

impl Patience {
    pub(crate) fn new(most: Duration) -> Self {
        Patience { most, spent: Mutex::default() }
    }

    /// Waits until a time since 1970, if that isn't too long. `why` is told where people would wonder.
    pub(crate) fn wait_until(&self, until: Duration, why: &str, pace: &Pace) -> Result<(), TooLong> {
        let now = (pace.now)();
        let wait = until.saturating_sub(now);
        let more = {
            let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
            let more = until.saturating_sub(now.max(spent.until));
            if spent.waited + more > self.most {
                return Err(TooLong { wait, most: self.most });
            }
            spent.waited += more;
            spent.until = spent.until.max(until);
            more
        };
        // Threads that wait for the same say it once.
        if wait >= WORTH_SAYING && !more.is_zero() {
            (pace.say)(&format!("{why}; going on in {}", words(wait)));
        }
        if !wait.is_zero() {
            (pace.wait)(wait);
        }
        Ok(())
    }

    /// Nothing is to be asked before a time since 1970, by no thread.
    pub(crate) fn close_until(&self, until: Duration) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.closed = spent.closed.max(until);
    }

    /// Until when nothing is asked.
    pub(crate) fn closed_until(&self) -> Duration {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner).closed
    }
}

/// A time in words, rounded up: "45 s", "12 min", "2 h 5 min".
pub fn words(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let minutes = seconds.div_ceil(60);
    match (minutes / 60, minutes % 60) {
        _ if seconds < 90 => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use super::{Pace, Patience, TooLong, words};

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_was_waited_through_is_counted_once() {
        let clock = Arc::new(AtomicU64::new(100));
        let said = Arc::new(Mutex::new(Vec::new()));
        let (now, tell) = (clock.clone(), said.clone());
        // A clock that stands while it is waited: threads that wait at the same time.
        let pace = Pace {
            now: Box::new(move || s(now.load(Ordering::Relaxed))),
            wait: Box::new(|_| {}),
            say: Box::new(move |it| tell.lock().unwrap().push(it.to_owned())),
        };
        let patience = Patience::new(s(60));
        assert_eq!(patience.wait_until(s(140), "Why", &pace), Ok(()));
        assert_eq!(patience.wait_until(s(140), "Why", &pace), Ok(()));
        // Twenty seconds are left.
        assert_eq!(patience.wait_until(s(161), "Why", &pace), Err(TooLong { wait: s(61), most: s(60) }));
        clock.store(140, Ordering::Relaxed);
        assert_eq!(patience.wait_until(s(160), "Because", &pace), Ok(()));
        assert_eq!(patience.wait_until(s(161), "Why", &pace), Err(TooLong { wait: s(21), most: s(60) }));
        // What is over needs no waiting.
        assert_eq!(patience.wait_until(s(90), "Why", &pace), Ok(()));
        assert_eq!(*said.lock().unwrap(), ["Why; going on in 40 s", "Because; going on in 20 s"]);
    }

    #[test]
    fn times_in_words() {
        for (time, expected) in [
            (s(0), "0 s"),
            (Duration::from_millis(1500), "2 s"),
            (s(89), "89 s"),
            (s(90), "2 min"),
            (s(3600), "1 h"),
            (s(3601), "1 h 1 min"),
            (s(7500), "2 h 5 min"),
        ] {
            assert_eq!(words(time), expected);
        }
    }
}
