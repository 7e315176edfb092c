//! The command line: clap types and nothing else.

#[cfg(feature = "github")]
pub(crate) mod github;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

/// Which level of platform-engineering maturity do these repositories show, and what blocks the next?
///
/// levelset reads checked-out repositories (CI pipelines, Terraform, Helm charts, container files) and says, with files
/// and lines, how much is shared, what is copied, and who builds on what. It runs nothing of what it reads, and opens no
/// network connection unless `levelset github` asks for it.
#[derive(Debug, Parser)]
#[command(name = "levelset", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan repositories and report where they stand
    #[command(after_help = "Examples:
  levelset scan ~/src/acme                     every repository below a folder
  levelset scan . --out report                 this repository, with summary.json and SARIF
  levelset scan ~/src/acme --fail-below 1      exit with 1 unless level 1 is certain

Exit status: 0 done, 1 a gate that was asked for failed, 2 usage or input error.")]
    Scan(Scan),
    /// Write what was seen, one JSON line a repository, for a later `levelset report`
    #[command(after_help = "Run it where each repository is, collect the lines, and report once:
  levelset facts . > shop.jsonl
  levelset report *.jsonl")]
    Facts(Facts),
    /// Report from facts files instead of repositories
    Report(ReportArgs),
    /// Say what a change of a repository adds, and what it makes better
    #[command(after_help = "Examples:
  levelset changes --base origin/main                    since this work tree parted from main
  levelset changes --base origin/main --in facts.jsonl   among the repositories of a report
  levelset changes ../shop --base ../before              two work trees

Exit status: 0 done, 1 a gate that was asked for failed, 2 usage or input error.")]
    Changes(Changes),
    /// List every use of a module, template, action, image or chart, with its version and owner
    #[command(after_help = "Example: which versions of internal modules are in use?
  levelset inventory ~/src/acme --kind terraform-module --owner internal

What could not be resolved, and why?
  levelset inventory ~/src/acme --unresolved")]
    Inventory(Inventory),
    /// List the evidence that was found: policies, catalogues, objectives, runbooks and the like, each with its place
    #[command(after_help = "Examples:
  levelset evidence ~/src/acme --count                        what there is, and how often
  levelset evidence ~/src/acme --kind policy --mode advisory  policies that refuse nothing")]
    Evidence(Evidence),
    /// Ask what files can't show, and keep the answers, dated and with an end, for `scan` and `report`
    #[command(after_help = "Examples:
  levelset assess                                  ask what is open, what helps most first
  levelset assess --in facts.jsonl                 with what files show beside each question
  levelset assess scorecards cost-showback         ask these, answered or not
  levelset assess --questions yaml > answers.yaml  a file to fill in with an editor

Each answer is written at once: break off whenever you like, and go on later.

Answers may come from a pipe: a line each for the answer (or s, or q), its link and its note, which
may be blank; where --by is not given, who answers comes first.")]
    Assess(Assess),
    /// Say what a rule measures, why, how, and where its limits are; with --in also what it says of an organisation
    #[command(after_help = "Example: which repositories are behind the number?
  levelset explain shared-module-adoption --in report/facts.jsonl")]
    Explain(Explain),
    /// Work with repositories on GitHub
    #[cfg(feature = "github")]
    Github(github::Github),
    /// Work with configuration files
    Config(ConfigArgs),
    /// Work with rule files
    Rules(RulesArgs),
    /// Print the JSON Schema of an output, or of the configuration
    Schema(Schema),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct Scan {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Facts {
    #[command(flatten)]
    pub(crate) input: Input,
    /// A configuration file, as levelset.yaml: what it adds to the tables of evidence counts here
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Facts files as `levelset facts` writes them; `-` reads standard input
    #[arg(required = true, value_name = "FACTS", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Changes {
    /// The repository as the change leaves it
    #[arg(value_name = "PATH", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) path: PathBuf,
    /// The state before: a commit, branch or tag (main, v1.2.0, HEAD~1), which counts as it was where HEAD parted from it;
    /// or the folder of another work tree
    #[arg(long, value_name = "REV", required_unless_present = "base_facts", conflicts_with = "base_facts")]
    pub(crate) base: Option<String>,
    /// The facts of the state before, as `levelset facts` writes them
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) base_facts: Option<PathBuf>,
    /// Facts files of all repositories, as the last `scan` wrote them: what is a copy, first or shared is told among them;
    /// what they have of this repository is left out
    #[arg(long = "in", value_name = "FACTS", num_args = 1.., value_hint = ValueHint::FilePath)]
    pub(crate) others: Vec<PathBuf>,
    /// Write changes.json, changes.md and changes.sarif into this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = ChangesFormat::Terminal)]
    pub(crate) format: ChangesFormat,
    /// Exit with 1 where the change adds something of this id, or `any`; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) fail_on: Vec<String>,
    #[command(flatten)]
    pub(crate) by: By,
    #[command(flatten)]
    pub(crate) effort: Effort,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Inventory {
    #[command(flatten)]
    pub(crate) input: Input,
    /// How the rows are written
    #[arg(long, value_enum, default_value_t = InventoryFormat::Table)]
    pub(crate) format: InventoryFormat,
    /// Only this kind of thing, as `terraform-module`; may be given several times
    #[arg(long, value_name = "KIND", value_parser = wire_value::<levelset::facts::Artifact>)]
    pub(crate) kind: Vec<levelset::facts::Artifact>,
    /// Only uses in this context: production, example, test, vendored, generated, template
    #[arg(long, value_name = "CONTEXT", value_parser = wire_value::<levelset::facts::Context>)]
    pub(crate) context: Vec<levelset::facts::Context>,
    /// Only what is owned so: self, internal, vendor, third-party, server-side, unknown
    #[arg(long, value_name = "OWNER", value_parser = wire_value::<levelset::org::owner::Owner>)]
    pub(crate) owner: Vec<levelset::org::owner::Owner>,
    /// A configuration file, as levelset.yaml: what files can't show
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// Only what could not be resolved, each with the reason: expressions, addresses that their tools refuse
    #[arg(long)]
    pub(crate) unresolved: bool,
    /// A folder of rule files whose tables replace ours
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) rules: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Evidence {
    #[command(flatten)]
    pub(crate) input: Input,
    /// How the rows are written
    #[arg(long, value_enum, default_value_t = InventoryFormat::Table)]
    pub(crate) format: InventoryFormat,
    /// Print how many there are of each kind, tool and mode, and in how many repositories, in place of the rows
    #[arg(long, conflicts_with = "format")]
    pub(crate) count: bool,
    /// Only this kind of evidence, as `policy`; may be given several times
    #[arg(long, value_name = "KIND", value_parser = wire_value::<levelset::facts::MarkerKind>)]
    pub(crate) kind: Vec<levelset::facts::MarkerKind>,
    /// Only of this tool, as `kyverno`; may be given several times
    #[arg(long, value_name = "TOOL")]
    pub(crate) tool: Vec<String>,
    /// Only what acts so: blocking, advisory, weakened, off, automatic, manual, recommending
    #[arg(long, value_name = "MODE", value_parser = wire_value::<levelset::facts::Mode>)]
    pub(crate) mode: Vec<levelset::facts::Mode>,
    /// Only in this context: production, example, test, vendored, generated, template
    #[arg(long, value_name = "CONTEXT", value_parser = wire_value::<levelset::facts::Context>)]
    pub(crate) context: Vec<levelset::facts::Context>,
    /// A configuration file, as levelset.yaml: what files can't show
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
}

/// What is scanned, and how.
#[derive(Debug, Args)]
pub(crate) struct Input {
    /// Repositories, folders of repositories at any depth, or plain folders
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::DirPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Read files that git neither tracks nor ignores too
    #[arg(long)]
    pub(crate) untracked: bool,
    #[command(flatten)]
    pub(crate) effort: Effort,
    /// Show no progress
    #[arg(long)]
    pub(crate) no_progress: bool,
}

/// How much is read, and with how many threads.
#[derive(Debug, Args)]
pub(crate) struct Effort {
    /// Leave out files larger than this many MiB, and say so
    #[arg(long, value_name = "MIB", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub(crate) max_file_size: u64,
    /// How many threads to use; 0 means as many as there are processors
    #[arg(long, short = 'j', value_name = "N", default_value_t = 0)]
    pub(crate) jobs: usize,
}

impl Effort {
    /// The most bytes that a file is read with.
    pub(crate) fn most_bytes(&self) -> u64 {
        self.max_file_size * 1024 * 1024
    }
}

/// By what a state of repositories is judged.
#[derive(Debug, Args)]
pub(crate) struct By {
    /// A folder of rule files: rules are added to ours, tables and models.yaml take the place of ours
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) rules: Option<PathBuf>,
    /// A configuration file, as levelset.yaml: what files can't show
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// What people answered, as `levelset assess` writes it; figures of other systems as .csv; may be given several times
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) answers: Vec<PathBuf>,
    /// The day it counts as of, YYYY-MM-DD; today where not given
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) as_of: Option<String>,
}

/// What is written, and when the command fails.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Write every format into this folder: report.html, report.md, summary.json, facts.jsonl, badge.svg, tables/*.csv,
    /// catalog/, sarif/<owner>/<repository>.sarif, proposals/
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub(crate) format: Format,
    /// Exit with 1 unless this level, from 0 to 4, is certain
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=4))]
    pub(crate) fail_below: Option<u8>,
    /// Exit with 1 where there are findings of this id; may be given several times
    #[arg(long, value_name = "FINDING")]
    pub(crate) fail_on: Vec<String>,
    #[command(flatten)]
    pub(crate) by: By,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// List every gap, every group, every repository
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Args)]
pub(crate) struct Assess {
    /// Ask these, answered or not: ids of indicators; they go before --in
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// The file that the answers are in and go to; it is made where there is none
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, default_value = "levelset.answers.yaml")]
    pub(crate) answers: PathBuf,
    /// Facts files as `levelset facts` writes them: what files show is said beside each question
    #[arg(long = "in", value_name = "FACTS", num_args = 1.., value_hint = ValueHint::FilePath)]
    pub(crate) facts: Vec<PathBuf>,
    /// Who answers, as name or address; asked where not given
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// The day of the answers, YYYY-MM-DD; today where not given
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) as_of: Option<String>,
    /// Only what is a gate of this level
    #[arg(long, value_name = "LEVEL", conflicts_with = "ids")]
    pub(crate) level: Option<u8>,
    /// Also what is answered already
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    /// Print the questions in place of asking them: as a file to fill in, or for other tools
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) questions: Option<QuestionFormat>,
    /// A configuration file, as levelset.yaml, for what --in reads
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// A folder of rule files: rules are added to ours, tables and models.yaml take the place of ours
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) rules: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum QuestionFormat {
    /// A file of answers, all of them comments still
    Yaml,
    /// A list for other tools
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The id of an indicator or finding, which goes before --in; all ids are listed where it is left out
    pub(crate) id: Option<String>,
    /// Facts files as `levelset facts` writes them: what they say of it, with the places behind the number
    #[arg(long = "in", value_name = "FACTS", num_args = 1.., value_hint = ValueHint::FilePath, requires = "id")]
    pub(crate) facts: Vec<PathBuf>,
    /// What people answered, as `levelset assess` writes it; may be given several times
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "facts")]
    pub(crate) answers: Vec<PathBuf>,
    /// A configuration file, as levelset.yaml: which forges and owners are the same
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "facts")]
    pub(crate) config: Option<PathBuf>,
    /// The day that answers count as of, YYYY-MM-DD; today where not given
    #[arg(long, value_name = "DATE", value_parser = date, requires = "facts")]
    pub(crate) as_of: Option<String>,
    /// List every place
    #[arg(long, short, requires = "facts")]
    pub(crate) verbose: bool,
    /// A folder of rule files: rules are added to ours, tables and models.yaml take the place of ours
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) rules: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check a configuration file, and say what it sets
    Check {
        /// The file
        #[arg(value_name = "FILE", default_value = "levelset.yaml", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// A folder of rule files, whose indicators and findings the configuration may name too
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        rules: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Check a folder of rule files
    Check {
        /// The folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Of what
    #[arg(value_enum)]
    pub(crate) of: SchemaOf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaOf {
    /// summary.json
    Summary,
    /// changes.json
    Changes,
    /// A line of facts.jsonl
    Facts,
    /// levelset.yaml, for editors
    Config,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A page for people
    Terminal,
    /// summary.json: everything, for programs
    Json,
    /// report.html: the report as one page for a browser
    Html,
    /// report.md: for a job's summary, an issue, a wiki
    Markdown,
    /// The findings of one repository, for code scanning
    Sarif,
    /// The most important findings as annotations of a GitHub workflow run
    Github,
    /// badge.svg: the level, for a README
    Badge,
    /// Facts for Backstage's Tech Insights
    Backstage,
    /// Entities and a scorecard for Port
    Port,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChangesFormat {
    /// A page for people
    Terminal,
    /// changes.json: everything, for programs
    Json,
    /// changes.md: for a job's summary, or a comment on the pull request
    Markdown,
    /// changes.sarif: the new findings, for code scanning
    Sarif,
    /// What is added as annotations of a GitHub workflow run
    Github,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InventoryFormat {
    /// A table for people
    Table,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a heading
    Csv,
}

/// A member of a closed set by its wire name; the error lists them all.
fn wire_value<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}

fn date(text: &str) -> Result<String, String> {
    match text.parse::<jiff::civil::Date>() {
        Ok(date) => Ok(date.to_string()),
        Err(_) => Err("give a day as YYYY-MM-DD".to_owned()),
    }
}
