//! What code scanning says when it takes no upload → what that means, and what to do. Pure.
//!
//! Most of these texts are documented nowhere; they are those that code scanning's own action looks for.

/// Why an upload isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The repository is archived.
    Archived,
    /// The token is wrong.
    BadCredentials,
    /// The repository doesn't have the commit.
    CommitNotFound,
    /// A place is no address.
    InvalidUri,
    /// A result has no place.
    NoLocation,
    /// Code scanning, or what it needs, is switched off.
    NotEnabled,
    /// The repository isn't there, for this token.
    NotFound,
    /// The token lacks the right.
    NotPermitted,
    /// Too many requests.
    RateLimited,
    /// The repository doesn't have the branch.
    RefNotFound,
    /// The file isn't as code scanning wants it.
    Rejected,
    /// Two runs of one category.
    SameCategory,
    /// Absolute paths of two kinds.
    SchemeMismatch,
    /// A severity that is no number.
    SecuritySeverity,
    /// The file is too large.
    TooLarge,
    /// The repository has too many alerts.
    TooManyAlerts,
    /// GitHub can't just now.
    Unavailable,
    /// Something else, which is told as it is said.
    Other,
}

/// What code scanning says, in lower case, sorted; the first that is part of a message counts.
const SAID: &[(&str, Trouble)] = &[
    ("a delivery cannot contain multiple runs with the same category", Trouble::SameCategory),
    ("advanced security must be enabled", Trouble::NotEnabled),
    ("an invalid uri was provided as a sarif location", Trouble::InvalidUri),
    ("api rate limit exceeded", Trouble::RateLimited),
    ("bad credentials", Trouble::BadCredentials),
    ("code scanning is not enabled", Trouble::NotEnabled),
    ("code security must be enabled", Trouble::NotEnabled),
    ("commit not found", Trouble::CommitNotFound),
    ("could not convert rules: invalid security severity value", Trouble::SecuritySeverity),
    ("did not match the checkout uri scheme", Trouble::SchemeMismatch),
    ("expected at least one location", Trouble::NoLocation),
    ("not found in this repository", Trouble::RefNotFound),
    ("rejecting delivery as the repository has too many logical alerts", Trouble::TooManyAlerts),
    ("rejecting sarif", Trouble::Rejected),
    ("requires authentication", Trouble::BadCredentials),
    ("resource not accessible by", Trouble::NotPermitted),
    ("was archived", Trouble::Archived),
];

impl Trouble {
    /// Of an answer: by what it says, else by its status.
    pub fn of_answer(status: u16, message: &str) -> Self {
        by_message(message).unwrap_or(match status {
            400 | 422 => Trouble::Rejected,
            401 => Trouble::BadCredentials,
            404 => Trouble::NotFound,
            413 => Trouble::TooLarge,
            429 => Trouble::RateLimited,
            500..=599 => Trouble::Unavailable,
            _ => Trouble::Other,
        })
    }

    /// Of what code scanning says when it has looked into the file.
    pub fn of_processing(errors: &[String]) -> Self {
        errors.iter().find_map(|it| by_message(it)).unwrap_or(Trouble::Other)
    }

    /// Whether it is a decision of the repository's owner, which is no failure.
    pub fn is_notice(self) -> bool {
        self.is_one_of(&[Trouble::Archived, Trouble::NotEnabled])
    }

    /// Whether it would be the same for all repositories.
    pub(crate) fn is_of_all(self) -> bool {
        self.is_one_of(&[Trouble::BadCredentials, Trouble::RateLimited])
    }

    /// Whether what GitHub said is part of the sentence.
    pub(crate) fn quotes(self) -> bool {
        self.is_one_of(&[Trouble::Rejected, Trouble::Unavailable, Trouble::Other])
    }

    fn is_one_of(self, some: &[Trouble]) -> bool {
        some.contains(&self)
    }

    /// What it means, and what to do.
    pub fn sentence(self) -> &'static str {
        match self {
            Trouble::Archived => "the repository is archived and takes nothing; leave it out of the scan",
            Trouble::BadCredentials => "GitHub doesn't take the token: give one that is valid (GH_TOKEN, or an App)",
            Trouble::CommitNotFound => {
                "the repository doesn't have the commit that was scanned: push it, or scan what is pushed"
            }
            Trouble::InvalidUri => {
                "a path in the file is no address to code scanning; report it to levelset, with the file"
            }
            Trouble::NoLocation => "a result has no place in a file; report it to levelset, with the file",
            Trouble::NotEnabled => {
                "code scanning is not enabled: private and internal repositories need GitHub Code Security (Settings, \
                 Advanced Security)"
            }
            Trouble::NotFound => {
                "the repository is gone, or the token may not see it: see its name, and whom the App is installed for"
            }
            Trouble::NotPermitted => {
                "the token may not upload: it needs the right `security_events: write` (Code scanning alerts: read and \
                 write) for this repository"
            }
            Trouble::RateLimited => "GitHub's rate limit is reached; run it again later, and it goes on",
            Trouble::RefNotFound => {
                "the repository doesn't have the branch that was scanned: push it, or scan what is pushed"
            }
            Trouble::Rejected => "code scanning doesn't take the file; report it to levelset, with the file",
            Trouble::SameCategory => {
                "the file has two runs of one category, which levelset doesn't write; write the report again"
            }
            Trouble::SchemeMismatch => {
                "the file has absolute paths, which levelset doesn't write; write the report again"
            }
            Trouble::SecuritySeverity => {
                "a rule has a security severity that is no number, which levelset doesn't write; write the report again"
            }
            Trouble::TooLarge => {
                "the file has more than the 10 MB, packed, that code scanning takes; suppress findings, or split the \
                 repository"
            }
            Trouble::TooManyAlerts => {
                "the repository has more alerts than code scanning keeps; close some, or suppress findings, and ask \
                 GitHub's support to take old ones away"
            }
            Trouble::Unavailable => "GitHub can't take it just now; run it again later, and it goes on",
            Trouble::Other => "GitHub doesn't take it",
        }
    }
}

fn by_message(message: &str) -> Option<Trouble> {
    let message = message.to_ascii_lowercase();
    SAID.iter().find(|(text, _)| message.contains(text)).map(|it| it.1)
}

#[cfg(test)]
mod tests {
    use super::SAID;

    #[test]
    fn what_is_said_is_sorted() {
        assert!(SAID.is_sorted_by(|a, b| a.0 < b.0));
        assert!(SAID.iter().all(|it| it.0 == it.0.to_ascii_lowercase()));
    }
}
