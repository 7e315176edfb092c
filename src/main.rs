//! The program: arguments → library → exit code. With `assess` and `github_commands` the only place that prints, reads
//! the clock and writes files.
#![expect(clippy::disallowed_methods, reason = "facts files are read and outputs are written here")]

mod assess;
mod changes;
mod cli;
#[cfg(feature = "github")]
mod github_commands;
mod outputs;
mod progress;

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use clap::{CommandFactory as _, Parser as _};
use levelset::answers::{Answers, parse_table};
use levelset::config::Config;
use levelset::facts::Facts;
use levelset::knowledge::Knowledge;
use levelset::measure::subjects::by_team;
use levelset::measure::{self, Seen};
use levelset::org::Org;
use levelset::output::{evidence, explain, inventory, json, printable};
use levelset::report::Report;
use levelset::rules::{AnyRule, Rules};
use levelset::walk::WalkOptions;
use levelset::{org, repo, walk};

use crate::cli::{Cli, Command, ConfigCommand, Format, InventoryFormat, RulesCommand, SchemaOf};
use crate::outputs::{OutFolder, PlaceAgain, ScannedPlace, print, print_report, width, write_all, write_facts};
use crate::progress::Progress;

/// Done, and every gate that was asked for held.
const DONE: u8 = 0;
/// A gate that was asked for failed.
const GATE_FAILED: u8 = 1;
/// Usage, configuration or input error.
const ERROR: u8 = 2;

/// What errors call the configuration where its file was read before.
const CONFIGURATION: &str = "the configuration";

/// Facts are many small pieces from several threads: a ninth less of a scan's time than with the allocator of glibc, and
/// several times less than with that of musl, which the released binaries for Linux would use.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        // A reader that has seen enough (`| head`) is no error.
        Err(error) if is_broken_pipe(&error) => ExitCode::from(DONE),
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::from(ERROR)
        }
    }
}

fn run(cli: Cli) -> Result<u8> {
    match cli.command {
        Command::Scan(args) => {
            let (rules, config) = load(&args.output)?;
            let output = &args.output;
            let writes_places = output.out.is_some() || output.format == Format::Sarif;
            let (facts, places) = scan(&args.input, &rules.tables.knowledge, writes_places, output.quiet)?;
            finish(Scanned { facts, places, notices: Vec::new() }, &rules, &config, &args.output)
        }
        Command::Facts(args) => {
            let knowledge = read_config(args.config.as_deref())?.knowledge(CONFIGURATION)?;
            let (mut facts, _) = scan(&args.input, &knowledge, true, false)?;
            facts.sort_by(|a, b| a.repo.cmp(&b.repo));
            print(|out| json::write_facts(&facts, out))?;
            Ok(DONE)
        }
        Command::Report(args) => {
            let (rules, config) = load(&args.output)?;
            let scanned = Scanned { facts: read_facts(&args.files)?, ..Scanned::default() };
            finish(scanned, &rules, &config, &args.output)
        }
        Command::Changes(args) => changes::changes(&args),
        Command::Inventory(args) => {
            let mut rules = Rules::load(args.rules.as_deref())?;
            let config = read_config(args.config.as_deref())?;
            config.give(&mut rules)?;
            let (facts, _) = scan(&args.input, &rules.tables.knowledge, false, false)?;
            let org = link(facts, &rules, &config)?;
            let filter = inventory::Filter {
                kinds: args.kind,
                contexts: args.context,
                owners: args.owner,
                unresolved: args.unresolved,
            };
            let rows = inventory::rows(&org, &filter);
            print(|out| match args.format {
                InventoryFormat::Table => inventory::write_table(&rows, out),
                InventoryFormat::Jsonl => inventory::write_jsonl(&rows, out),
                InventoryFormat::Csv => inventory::write_csv(&rows, out),
            })?;
            Ok(DONE)
        }
        Command::Evidence(args) => {
            let mut rules = Rules::load(None)?;
            let config = read_config(args.config.as_deref())?;
            config.give(&mut rules)?;
            let (facts, _) = scan(&args.input, &rules.tables.knowledge, false, false)?;
            let org = link(facts, &rules, &config)?;
            let filter =
                evidence::Filter { kinds: args.kind, tools: args.tool, modes: args.mode, contexts: args.context };
            let rows = evidence::rows(&org, &filter);
            print(|out| match args.format {
                _ if args.count => evidence::write_counts(&rows, out),
                InventoryFormat::Table => evidence::write_table(&rows, out),
                InventoryFormat::Jsonl => evidence::write_jsonl(&rows, out),
                InventoryFormat::Csv => evidence::write_csv(&rows, out),
            })?;
            Ok(DONE)
        }
        Command::Assess(args) => assess::assess(&args),
        Command::Explain(args) => explain_rule(&args),
        #[cfg(feature = "github")]
        Command::Github(args) => github_commands::run(&args.command),
        Command::Config(args) => match args.command {
            ConfigCommand::Check { file, rules } => {
                let mut rules = Rules::load(rules.as_deref())?;
                let config = read_config(Some(&file))?;
                config.give(&mut rules)?;
                read_answers(&answers_of(&config, Some(&file)), &rules)?;
                print(|out| {
                    writeln!(out, "{}: valid", printable(&file.display().to_string()))?;
                    config.words(&rules).iter().try_for_each(|line| writeln!(out, "  {}", printable(line)))
                })?;
                Ok(DONE)
            }
        },
        Command::Rules(args) => match args.command {
            RulesCommand::Check { folder } => {
                let rules = Rules::load(Some(&folder))?;
                let (indicators, findings) = (rules.indicators.len(), rules.findings.len());
                print(|out| {
                    writeln!(out, "{indicators} indicators and {findings} findings, ours included: all valid")
                })?;
                Ok(DONE)
            }
        },
        Command::Schema(args) => {
            let schema = match args.of {
                SchemaOf::Summary => schemars::schema_for!(levelset::report::summary::Summary),
                SchemaOf::Changes => schemars::schema_for!(levelset::change::Changes),
                SchemaOf::Facts => schemars::schema_for!(Facts),
                SchemaOf::Config => levelset::config::schema(),
            };
            let text = serde_json::to_string_pretty(&schema)?;
            print(|out| writeln!(out, "{text}"))?;
            Ok(DONE)
        }
        Command::Completions(args) => {
            let mut text = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "levelset", &mut text);
            print(|out| out.write_all(&text))?;
            Ok(DONE)
        }
        Command::Man => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut text)?;
            print(|out| out.write_all(&text))?;
            Ok(DONE)
        }
    }
}

fn explain_rule(args: &cli::Explain) -> Result<u8> {
    let (rules, config) = load_rules(args.rules.as_deref(), args.config.as_deref())?;
    let Some(id) = &args.id else {
        print(|out| rules.ids().iter().try_for_each(|id| writeln!(out, "{id}")))?;
        return Ok(DONE);
    };
    let Some(rule) = rules.get(id) else {
        let alike = rules.alike(id).map_or(String::new(), |it| format!("did you mean {it:?}? "));
        bail!("there is no rule {id:?}; {alike}`levelset explain` lists them all");
    };
    if args.facts.is_empty() {
        print(|out| explain::write(rule, &rules, width(), out))?;
        return Ok(DONE);
    }
    let as_of = args.as_of.clone().unwrap_or_else(today);
    let files = [answers_of(&config, args.config.as_deref()), args.answers.clone()].concat();
    let answers = read_answers(&files, &rules)?;
    let org = link(read_facts(&args.facts)?, &rules, &config)?;
    let page = explain::Page { width: width(), all: args.verbose, as_of: &as_of };
    print(|out| {
        explain::write(rule, &rules, page.width, out)?;
        match rule {
            AnyRule::Indicator(rule) => {
                let seen = Seen::of(&org, &rules, &as_of);
                let outcomes = measure::measure(&seen, &answers);
                let Some(outcome) = outcomes.iter().find(|it| it.indicator == rule.id) else { return Ok(()) };
                explain::write_outcome(rule, outcome, &by_team(&seen, rule, outcome), page, out)
            }
            AnyRule::Finding(rule) => {
                let found = measure::findings::find(&org, &rules);
                let found: Vec<_> = found.iter().filter(|it| it.rule == rule.id).collect();
                explain::write_findings(&found, &org, page, out)
            }
        }
    })?;
    Ok(DONE)
}

/// Paths → facts: finds the repositories and walks their files in one pass. `writes_places` where the hashes of lines
/// are asked for, which files of facts and SARIF have and nothing else.
fn scan(
    input: &cli::Input,
    knowledge: &Knowledge,
    writes_places: bool,
    quiet: bool,
) -> Result<(Vec<Facts>, Vec<ScannedPlace>)> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(input.effort.jobs);
    // This thread would only wait for the others, and where it is the only one, memory is had for less. Elsewhere its stack
    // may be smaller than that of the others.
    let threads = if cfg!(unix) { threads.use_current_thread() } else { threads };
    let threads = threads.build().context("can't start the threads; try a smaller --jobs")?;
    let found = threads.install(|| repo::discover(&input.paths))?;
    for notice in found.notices.iter().filter(|_| !quiet) {
        say(&format!("note: {notice}"));
    }
    ensure!(
        !found.repos.is_empty(),
        "nothing to scan: no repository and no files in {}; give a clone, or a folder of clones",
        listed(&input.paths)
    );
    let progress = Progress::new(!input.no_progress && !quiet);
    let repos = found.repos.len();
    let shown = |files| progress.show(|rate| format!("{files} files of {repos} repositories, {} files/s", rate(files)));
    let options = WalkOptions {
        knowledge,
        untracked: input.untracked,
        max_file_size: input.effort.most_bytes(),
        line_hashes: writes_places,
        progress: progress.is_shown().then_some(&shown),
    };
    let place = |it: &repo::Repo| ScannedPlace {
        folder: it.facts.folder.clone(),
        commit: it.facts.commit.clone(),
        place: PlaceAgain::Place(it.place.clone()),
    };
    let places = found.repos.iter().map(place).collect();
    let facts = threads.install(|| walk::walk(found.repos, &options));
    progress.clear();
    Ok((facts, places))
}

/// The rules, which must have every finding that is a gate, and the configuration: what is wrong with them is said before
/// a long scan, not after it.
fn load(args: &cli::Output) -> Result<(Rules, Config)> {
    let (rules, config) = load_rules(args.by.rules.as_deref(), args.by.config.as_deref())?;
    let known: Vec<&str> = rules.findings.iter().map(|it| it.id.as_str()).collect();
    for id in &args.fail_on {
        ensure!(
            known.contains(&id.as_str()),
            "--fail-on {id}: there is no such finding; the findings are {}",
            known.join(", ")
        );
    }
    Ok((rules, config))
}

/// The rules with what the configuration adds to their tables, and the configuration.
fn load_rules(folder: Option<&Path>, config: Option<&Path>) -> Result<(Rules, Config)> {
    let config = read_config(config)?;
    let mut rules = Rules::load(folder)?;
    config.give(&mut rules)?;
    Ok((rules, config))
}

/// The configuration, which says nothing where there is no file.
fn read_config(path: Option<&Path>) -> Result<Config> {
    let Some(path) = path else { return Ok(Config::default()) };
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("can't read the configuration {name}"))?;
    Config::parse(&name.to_string(), &text)
}

/// The files of answers that a configuration names, which are relative to it.
fn answers_of(config: &Config, path: Option<&Path>) -> Vec<PathBuf> {
    let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
    config.answers.iter().map(|it| folder.join(it)).collect()
}

/// Facts → organisation, with what the configuration says of both.
fn link(mut facts: Vec<Facts>, rules: &Rules, config: &Config) -> Result<Org> {
    let left_out = config.apply(&mut facts);
    ensure!(
        !facts.is_empty(),
        "the configuration leaves out every repository (`exclude`); nothing is left to report on"
    );
    let mut org = org::link(facts, &rules.tables);
    org.notices.extend(left_out);
    Ok(org)
}

/// The answers of all files: tables end in `.csv`, all others are YAML.
fn read_answers(paths: &[PathBuf], rules: &Rules) -> Result<Answers> {
    let mut answers = Answers::default();
    for path in paths {
        let name = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("can't read the answers {name}"))?;
        let is_table = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("csv"));
        answers.extend(match is_table {
            true => parse_table(&name.to_string(), &text, rules)?,
            false => Answers::parse(&name.to_string(), &text, rules)?,
        });
    }
    Ok(answers)
}

/// The answers that the configuration names, and those that were given.
fn answers_by(by: &cli::By, config: &Config, rules: &Rules) -> Result<Answers> {
    let mut answers = read_answers(&answers_of(config, by.config.as_deref()), rules)?;
    answers.extend(read_answers(&by.answers, rules)?);
    Ok(answers)
}

/// The day that everything counts as of.
fn day(by: &cli::By) -> String {
    by.as_of.clone().unwrap_or_else(today)
}

/// What there is to report on.
#[derive(Default)]
struct Scanned {
    facts: Vec<Facts>,
    /// Where the repositories lie, if they were scanned just now.
    places: Vec<ScannedPlace>,
    /// What was to be scanned and wasn't, a line each.
    notices: Vec<String>,
}

/// Facts → outputs and exit code.
fn finish(scanned: Scanned, rules: &Rules, config: &Config, args: &cli::Output) -> Result<u8> {
    let Scanned { mut facts, places, notices } = scanned;
    let as_of = day(&args.by);
    let mut folder = args.out.as_deref().map(OutFolder::open).transpose()?;
    if let Some(folder) = &mut folder {
        write_facts(&mut facts, folder)?;
    }
    let answers = answers_by(&args.by, config, rules)?;
    // The process ends with its report. To free all that was seen piece by piece before that is a fiftieth of a scan.
    let mut org = ManuallyDrop::new(link(facts, rules, config)?);
    org.notices.extend(notices);
    let report = ManuallyDrop::new(levelset::report_of(&org, rules, &answers, &as_of));
    if let Some(folder) = folder {
        write_all(&report, &org, &places, folder)?;
    }
    if !args.quiet {
        print_report(&report, args.format, args.verbose)?;
    }
    Ok(gates(&report, args))
}

/// The exit code that the gates the user asked for give; which one failed is said on standard error.
fn gates(report: &Report, args: &cli::Output) -> u8 {
    let low = report.summary.level.low;
    let mut code = DONE;
    if let Some(level) = args.fail_below.filter(|level| low < *level) {
        let high = report.summary.level.high;
        let why = if high >= level {
            format!("; level {high} is possible: levelset assess asks what is open")
        } else {
            String::new()
        };
        say(&format!("gate failed: --fail-below {level}: only level {low} is certain{why}"));
        code = GATE_FAILED;
    }
    for it in report.summary.findings.iter().filter(|it| args.fail_on.contains(&it.id) && it.count > 0) {
        say(&format!("gate failed: --fail-on {}: {} found", it.id, it.count));
        code = GATE_FAILED;
    }
    code
}

fn read_facts(files: &[PathBuf]) -> Result<Vec<Facts>> {
    let mut all = Vec::new();
    for path in files {
        let name = path.display();
        let reader: Box<dyn io::BufRead> = if path.as_os_str() == "-" {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let file = File::open(path).with_context(|| format!("can't read the facts file {name}"))?;
            Box::new(BufReader::new(file))
        };
        for (number, line) in reader.lines().enumerate() {
            let line = line.with_context(|| format!("{name}:{}: can't read this line", number + 1))?;
            if line.trim().is_empty() {
                continue;
            }
            all.push(Facts::from_line(&line).with_context(|| format!("{name}:{}", number + 1))?);
        }
    }
    ensure!(!all.is_empty(), "no facts in {}; write some with `levelset facts PATH`", listed(files));
    Ok(all)
}

/// A message on standard error; if that is closed nobody wants to know. It may quote what others wrote, so nothing in it
/// reaches the terminal as a command.
fn say(text: &str) {
    let text: Vec<_> = text.split('\n').map(printable).collect();
    let _ = writeln!(anstream::stderr(), "{}", text.join("\n"));
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|it| it.kind() == io::ErrorKind::BrokenPipe)
}

/// Today in UTC.
fn today() -> String {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|it| it.display().to_string()).collect::<Vec<_>>().join(", ")
}
