//! Whether an answer of GitHub counts, and if not, when to ask again. Pure.
//!
//! As "Rate limits for the REST API" and "Best practices for using the REST API" (GitHub Docs) have it: where an answer
//! says `retry-after`, after that; where `x-ratelimit-remaining` is 0, at `x-ratelimit-reset`; at any other limit after a
//! minute, then two, and so on.

use std::time::Duration;

/// So many times something is asked again that failed for no reason it gave.
const TRIES: u32 = 5;
/// The first wait after such a failure; each is twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The first wait at a limit that doesn't say how long it lasts.
const FIRST_WAIT_AT_LIMIT: Duration = Duration::from_secs(60);
/// The wait doubles no more often at such a limit.
const DOUBLINGS_AT_LIMIT: u32 = 4;

/// What an answer says of itself, or that there was none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tried<'a> {
    /// No connection, or one that broke.
    NoAnswer,
    Answer {
        status: u16,
        /// `retry-after`, in seconds.
        retry_after: Option<&'a str>,
        /// `x-ratelimit-remaining`.
        remaining: Option<&'a str>,
        /// `x-ratelimit-reset`, in seconds since 1970.
        reset: Option<&'a str>,
        /// `message` of the answer.
        message: &'a str,
    },
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The answer counts, whatever it is.
    Take,
    /// Ask again at a time since 1970: something failed.
    Again { at: Duration },
    /// Ask nothing before a time since 1970: a limit is reached.
    Limited { until: Duration },
    /// It has been asked often enough.
    GiveUp,
}

/// What to do after an answer, or none. `failures` and `limits` count those before this one; `now` is the time since 1970.
pub(crate) fn next(tried: Tried<'_>, failures: u32, limits: u32, now: Duration) -> Next {
    let (status, retry_after, remaining, reset, message) = match tried {
        Tried::NoAnswer => return again(failures, now).unwrap_or(Next::GiveUp),
        Tried::Answer { status, retry_after, remaining, reset, message } => {
            (status, retry_after, remaining, reset, message)
        }
    };
    let seconds = |text: Option<&str>| text?.trim().parse().ok().map(Duration::from_secs);
    match status {
        403 | 429 => {
            if let Some(wait) = seconds(retry_after) {
                // A clock is never quite that of the other.
                return Next::Limited { until: now + wait + FIRST_WAIT };
            }
            if remaining.map(str::trim) == Some("0")
                && let Some(reset) = seconds(reset)
            {
                return Next::Limited { until: reset.max(now) + FIRST_WAIT };
            }
            let is_limit = status == 429 || message.to_ascii_lowercase().contains("rate limit");
            match is_limit {
                true => Next::Limited { until: now + FIRST_WAIT_AT_LIMIT * 2_u32.pow(limits.min(DOUBLINGS_AT_LIMIT)) },
                false => Next::Take,
            }
        }
        500..=599 => match seconds(retry_after) {
            Some(wait) if failures < TRIES => Next::Again { at: now + wait },
            Some(_) | None => again(failures, now).unwrap_or(Next::Take),
        },
        _ => Next::Take,
    }
}

fn again(failures: u32, now: Duration) -> Option<Next> {
    (failures < TRIES).then(|| Next::Again { at: now + FIRST_WAIT * 2_u32.pow(failures) })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Next, Tried, next};

    const NOW: Duration = Duration::from_secs(1000);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn answer(status: u16) -> Tried<'static> {
        Tried::Answer { status, retry_after: None, remaining: Some("4999"), reset: Some("2000"), message: "" }
    }

    fn limited(status: u16, retry_after: Option<&'static str>, remaining: Option<&'static str>) -> Tried<'static> {
        Tried::Answer {
            status,
            retry_after,
            remaining,
            reset: Some("1600"),
            message: "You have exceeded a secondary rate limit",
        }
    }

    #[test]
    fn what_counts() {
        for status in [200, 202, 301, 304, 400, 401, 403, 404, 413, 422] {
            assert_eq!(next(answer(status), 0, 0, NOW), Next::Take, "{status}");
        }
    }

    #[test]
    fn failures() {
        for (failures, expected) in [
            (0, Next::Again { at: at(1001) }),
            (1, Next::Again { at: at(1002) }),
            (4, Next::Again { at: at(1016) }),
            (5, Next::GiveUp),
        ] {
            assert_eq!(next(Tried::NoAnswer, failures, 0, NOW), expected);
        }
        for status in [500, 502, 503, 504] {
            assert_eq!(next(answer(status), 2, 0, NOW), Next::Again { at: at(1004) });
            // What GitHub said last is said.
            assert_eq!(next(answer(status), 5, 0, NOW), Next::Take);
        }
        assert_eq!(next(limited(503, Some("30"), None), 0, 0, NOW), Next::Again { at: at(1030) });
    }

    #[test]
    fn limits() {
        for (tried, limits, until) in [
            // What is said first counts first; each with a second for the other's clock.
            (limited(429, Some("7"), Some("0")), 0, 1008),
            (limited(403, Some("7"), Some("10")), 3, 1008),
            (limited(403, None, Some("0")), 0, 1601),
            (limited(429, None, Some("0")), 0, 1601),
            (limited(403, None, Some("12")), 0, 1060),
            (limited(403, None, None), 1, 1120),
            (limited(429, None, None), 9, 1960),
            (limited(429, Some("soon"), None), 0, 1060),
        ] {
            assert_eq!(next(tried, 5, limits, NOW), Next::Limited { until: at(until) }, "{tried:?}");
        }
        // A limit that is over already.
        assert_eq!(next(limited(403, None, Some("0")), 0, 0, at(1700)), Next::Limited { until: at(1701) });
    }
}
