//! The command line of `levelset github`: clap types and nothing else.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use levelset::github::selection::{NamePattern, Visibility};

#[derive(Debug, Args)]
pub(crate) struct Github {
    #[command(subcommand)]
    pub(crate) command: GithubCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GithubCommand {
    /// List the repositories of organisations and users that would be scanned
    #[command(after_help = "Examples:
  levelset github list acme                       what a scan would take, and what it leaves out
  levelset github list acme --exclude 'sandbox-*' --format names > repos.txt
  levelset github list acme --repos repos.txt --format jsonl

The token comes from GH_TOKEN or GITHUB_TOKEN, of a GitHub App (LEVELSET_APP_ID and
LEVELSET_APP_PRIVATE_KEY), or from gh.

Exit status: 0 done; 1 a repository that --repos names can't be had; 2 usage or input error, or
there is no answer from GitHub.")]
    List(List),
    /// Scan the repositories of organisations and users, without clones of them
    #[command(after_help = "Examples:
  levelset github scan acme --out report                       the organisation, with every format
  levelset github scan acme --exclude 'sandbox-*' --topic team-a
  levelset github scan acme --repos shard-3.txt --out facts-3  a part of it; `levelset report` joins parts

Git fetches the newest commit of each default branch, of it only the files that a scan reads, into a
cache; what is there is not fetched again. Nothing is checked out and no history is fetched: the
findings are those of full clones.

The token comes from GH_TOKEN or GITHUB_TOKEN, of a GitHub App (LEVELSET_APP_ID and
LEVELSET_APP_PRIVATE_KEY), or from gh. It needs the right to read contents.

Exit status: 0 done; 1 a gate that was asked for failed, or a repository could not be scanned, after
everything was written for the others; 2 usage or input error, or nothing could be scanned.")]
    Scan(Scan),
    /// Upload the findings of a report to code scanning, each file to its own repository
    #[command(after_help = "Examples:
  levelset scan ~/src/acme --out report && levelset github upload report
  levelset github upload report --dry-run         what would be sent, and where

Each file says itself to which repository, commit and branch it belongs. What is unchanged since
it was sent is not sent again. The token needs the right to write code scanning alerts; it comes
from GH_TOKEN or GITHUB_TOKEN, of a GitHub App (LEVELSET_APP_ID and LEVELSET_APP_PRIVATE_KEY), or
from gh.

Exit status: 0 done, also where code scanning is not enabled for some; 1 something could not be
uploaded; 2 usage or input error.")]
    Upload(Upload),
}

/// Which GitHub is asked, and how long one waits for it.
#[derive(Debug, Args)]
pub(crate) struct Server {
    /// The address of the API of an enterprise server, as https://HOST/api/v3; GITHUB_API_URL or GitHub.com where not given
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) api_url: Option<String>,
    /// How long to wait for limits and failures in all, as 90s, 30m or 2h
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = time)]
    pub(crate) max_wait: Duration,
}

/// Which repositories are taken.
#[derive(Debug, Args)]
pub(crate) struct Choice {
    /// Organisations or users, by their names on GitHub
    #[arg(value_name = "ORG", required_unless_present = "repos")]
    pub(crate) owners: Vec<String>,
    /// Only repositories of such names, as `infra-*` or `acme/infra-*`; may be given several times
    #[arg(long, value_name = "NAME", value_parser = pattern)]
    pub(crate) include: Vec<NamePattern>,
    /// No repositories of such names; may be given several times
    #[arg(long, value_name = "NAME", value_parser = pattern)]
    pub(crate) exclude: Vec<NamePattern>,
    /// Only repositories with this topic; may be given several times
    #[arg(long, value_name = "TOPIC")]
    pub(crate) topic: Vec<String>,
    /// Only repositories that are seen by these: public, private, internal; may be given several times
    #[arg(long, value_name = "VISIBILITY", value_parser = super::wire_value::<Visibility>)]
    pub(crate) visibility: Vec<Visibility>,
    /// Only repositories that this file names, `owner/name` or `name`, one a line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) repos: Option<PathBuf>,
    /// Archived repositories too
    #[arg(long)]
    pub(crate) archived: bool,
    /// Forks too
    #[arg(long)]
    pub(crate) forks: bool,
    /// Templates for repositories too
    #[arg(long)]
    pub(crate) templates: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Scan {
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) server: Server,
    /// The folder that fetched files are kept in from run to run; where programs keep such things where not given
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) cache: Option<PathBuf>,
    /// How many repositories are fetched at a time
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) at_a_time: u8,
    #[command(flatten)]
    pub(crate) effort: super::Effort,
    /// Show no progress
    #[arg(long)]
    pub(crate) no_progress: bool,
    #[command(flatten)]
    pub(crate) output: super::Output,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) choice: Choice,
    #[command(flatten)]
    pub(crate) server: Server,
    /// How the repositories are written
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// A table for people
    Table,
    /// One JSON object a line
    Jsonl,
    /// `owner/name`, one a line, as --repos reads them
    Names,
}

#[derive(Debug, Args)]
pub(crate) struct Upload {
    /// The folder that `levelset scan --out` wrote
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) server: Server,
    /// The file that says what was sent before; in the cache folder of the user where not given
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ledger: Option<PathBuf>,
    /// Send nothing, and say what would be sent
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print only what failed, and the sum
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

fn pattern(text: &str) -> Result<NamePattern, String> {
    NamePattern::parse(text).map_err(|error| error.to_string())
}

/// A time as `90s`, `30m`, `2h`; a number alone is seconds.
fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 60 * 60),
        _ => (text, 1),
    };
    let seconds = number.parse::<u64>().ok().and_then(|it| it.checked_mul(unit)).filter(|it| *it <= 7 * 24 * 3600);
    seconds.map(Duration::from_secs).ok_or_else(|| "give a time of up to a week, as 90s, 30m or 2h".to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::time;

    #[test]
    fn times() {
        for (text, seconds) in [("0", 0), ("45", 45), ("90s", 90), ("30m", 1800), ("2h", 7200), ("168h", 604_800)] {
            assert_eq!(time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "m", "-1h", "1.5h", "1d", "169h", "99999999999999999999h", "é"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
