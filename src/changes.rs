//! `levelset changes`: reads the two states of a repository and the facts of the others, and writes what the change adds.
//! A part of the program like `main.rs`.
#![expect(clippy::disallowed_methods, reason = "tells folders from revisions")]

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use levelset::change::{Change, Kind, compare};
use levelset::config::Config;
use levelset::facts::Facts;
use levelset::output::change::{annotations, json, markdown, sarif, terminal};
use levelset::repo::{Repo, at_revision, discover};
use levelset::rules::Rules;
use levelset::walk::{WalkOptions, walk};

use crate::cli::{self, ChangesFormat};
use crate::outputs::{OutFolder, print, width};
use crate::{DONE, GATE_FAILED, answers_by, day, load_rules, read_facts, say};

/// Runs the command.
pub(crate) fn changes(args: &cli::Changes) -> Result<u8> {
    let (rules, config) = load_rules(args.by.rules.as_deref(), args.by.config.as_deref())?;
    let gates = gates(args, &rules)?;
    let folder = args.out.as_deref().map(OutFolder::open).transpose()?;
    let answers = answers_by(&args.by, &config, &rules)?;
    let as_of = day(&args.by);
    let others = if args.others.is_empty() { Vec::new() } else { read_facts(&args.others)? };

    let threads = rayon::ThreadPoolBuilder::new().num_threads(args.effort.jobs).build();
    let threads = threads.context("can't start the threads; try a smaller --jobs")?;
    let (before, after) = threads.install(|| -> Result<_> {
        // The base first: where it can't be read there is nothing to say.
        Ok((base(args, &rules)?, scanned(here(&args.path)?, args, &rules)?))
    })?;
    let (before, _) = configured(before, &config)?;
    let (after, mut left_out) = configured(after, &config)?;
    let mut others = others;
    left_out.extend(config.apply(&mut others));
    let mut change = compare(before, after, others, &rules, &answers, &as_of)?;
    change.changes.notices.extend(left_out);
    write(&change, args, folder)?;
    Ok(failed(&change, &gates))
}

/// The base: facts that were written, a work tree beside this one, or where HEAD parted from a revision.
fn base(args: &cli::Changes, rules: &Rules) -> Result<Facts> {
    if let Some(file) = &args.base_facts {
        let all = read_facts(std::slice::from_ref(file))?;
        let n = all.len();
        let mut all = all.into_iter();
        return match (all.next(), n) {
            (Some(one), 1) => Ok(one),
            _ => bail!("{}: facts of {n} repositories; the base is one repository", file.display()),
        };
    }
    let Some(base) = &args.base else { bail!("say what the base is: --base REV or --base-facts FILE") };
    let folder = Path::new(base);
    let repo = if folder.is_dir() { here(folder)? } else { at_revision(&args.path, base)? };
    scanned(repo, args, rules)
}

/// The repository that lies at a path, and none within it.
fn here(path: &Path) -> Result<Repo> {
    let found = discover(&[path.to_owned()])?;
    let root = std::fs::canonicalize(path).with_context(|| format!("can't read the folder {}", path.display()))?;
    let n = found.repos.len();
    let is_here = |it: &Repo| it.place.folder().is_some_and(|it| it == root);
    let it = found.repos.into_iter().find(is_here);
    it.with_context(|| match n {
        0 => format!("{}: no repository and no files", path.display()),
        _ => format!("{}: give the folder of one repository, its root", path.display()),
    })
}

fn scanned(repo: Repo, args: &cli::Changes, rules: &Rules) -> Result<Facts> {
    let options = WalkOptions {
        knowledge: &rules.tables.knowledge,
        max_file_size: args.effort.most_bytes(),
        ..WalkOptions::default()
    };
    walk(vec![repo], &options).pop().context("nothing was read of the repository (a bug: please report it)")
}

/// Facts with what the configuration says of them, and what it leaves out.
fn configured(facts: Facts, config: &Config) -> Result<(Facts, Vec<String>)> {
    let mut one = vec![facts];
    let left_out = config.apply(&mut one);
    let it = one.pop();
    let it = it.context("the configuration leaves out this repository (`exclude`); nothing is left to compare")?;
    Ok((it, left_out))
}

/// The ids on which the command fails, each of which must be one.
fn gates(args: &cli::Changes, rules: &Rules) -> Result<Vec<String>> {
    let kinds = Kind::ALL.iter().filter(|it| it.is_added()).map(|it| it.id());
    let known: Vec<&str> = kinds.chain(rules.findings.iter().map(|it| it.id.as_str())).chain(["any"]).collect();
    for id in &args.fail_on {
        ensure!(
            known.contains(&id.as_str()),
            "--fail-on {id}: there is no such thing that a change can add; there are {}",
            known.join(", ")
        );
    }
    Ok(args.fail_on.clone())
}

fn write(change: &Change, args: &cli::Changes, folder: Option<OutFolder>) -> Result<()> {
    if let Some(mut folder) = folder {
        folder.write("changes.json", |out| json::write(change, out))?;
        folder.write("changes.md", |out| markdown::write(change, out))?;
        folder.write("changes.sarif", |out| sarif::write(change, out))?;
        folder.finish()?;
    }
    if args.quiet {
        return Ok(());
    }
    print(|out| match args.format {
        ChangesFormat::Terminal => terminal::write(change, width(), out),
        ChangesFormat::Json => json::write(change, out),
        ChangesFormat::Markdown => markdown::write(change, out),
        ChangesFormat::Sarif => sarif::write(change, out),
        ChangesFormat::Github => annotations::write(change, out),
    })
}

/// The exit code that the gates give; which one failed is said on standard error.
fn failed(change: &Change, gates: &[String]) -> u8 {
    let mut code = DONE;
    for gate in gates {
        let is_of = |it: &&levelset::change::Said| *gate == it.id || gate == "any" || it.findings.contains(gate);
        let n = change.changes.added.iter().filter(is_of).count();
        if n > 0 {
            say(&format!("gate failed: --fail-on {gate}: {n} added"));
            code = GATE_FAILED;
        }
    }
    code
}
