//! `levelset assess`: asks what files can't show, and writes each answer down at once. What is asked, and in which words,
//! the library says; here is the dialogue, and the file.

use std::fs;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use levelset::answers::questions::{self, Choice, Question, Shown};
use levelset::answers::{Answer, Answers, Says, add_to, parse_answer};
use levelset::level;
use levelset::measure::{AnswerStanding, Outcome, Seen, measure};
use levelset::output::{explain, printable, questions as page};
use levelset::rules::{AnyRule, Rules};

use crate::cli::{self, QuestionFormat};
use crate::{DONE, link, load_rules, print, read_facts, say, today, width};

/// Asks, or prints what would be asked.
pub(crate) fn assess(args: &cli::Assess) -> Result<u8> {
    let (rules, config) = load_rules(args.rules.as_deref(), args.config.as_deref())?;
    let as_of = args.as_of.clone().unwrap_or_else(today);
    let file = File::at(&args.answers)?;
    let answers = file.answers(&rules)?;
    if let Some(by) = &args.by {
        ensure!(!by.trim().is_empty(), "--by says who answers; it is empty");
    }
    let is_asked = args.questions.is_none();
    if is_asked && args.facts.iter().any(|it| it.as_os_str() == "-") {
        bail!("--in -: answers are read from standard input here; write the facts into a file first");
    }
    let outcomes = match args.facts.is_empty() {
        true => None,
        false => {
            let org = link(read_facts(&args.facts)?, &rules, &config)?;
            Some(measure(&Seen::of(&org, &rules, &as_of), &answers))
        }
    };
    let shown = outcomes
        .as_ref()
        .map(|outcomes: &Vec<Outcome>| Shown { outcomes, level: level::place(outcomes, &rules).level.low });
    let choice = Choice { ids: args.ids.clone(), level: args.level, answered: args.all };
    let questions = questions::questions(&rules, &answers, shown, &choice, &as_of)?;
    match args.questions {
        Some(QuestionFormat::Yaml) => {
            print(|out| page::write_yaml(&questions, args.by.as_deref(), &as_of, &rules, out))?;
        }
        Some(QuestionFormat::Json) => print(|out| page::write_json(&questions, &as_of, &rules, out))?,
        None => {
            if shown.is_none() && !questions.is_empty() {
                print(|out| writeln!(out, "With --in FACTS, what files show stands beside each question."))?;
            }
            let is_contradicted =
                |it: &&Outcome| it.attested.as_ref().is_some_and(|it| it.standing == AnswerStanding::Contradicted);
            let contradicted = outcomes.iter().flatten().filter(is_contradicted).map(|it| it.indicator.as_str());
            let contradicted: Vec<&str> = contradicted.collect();
            if !contradicted.is_empty() {
                print(|out| {
                    writeln!(out, "Files say otherwise than these answers; name them to be asked again:")?;
                    writeln!(out, "  {}", contradicted.join(", "))
                })?;
            }
            ask(&questions, args.by.as_deref(), &as_of, &rules, &file)?;
        }
    }
    Ok(DONE)
}

/// What somebody said to a question.
enum Said {
    /// This, with a link and a note where there are any.
    Answer(Answer),
    /// An answer, and then no more.
    LastAnswer(Answer),
    /// Not now.
    Skip,
    /// No more.
    Quit,
}

fn ask(questions: &[Question<'_>], by: Option<&str>, as_of: &str, rules: &Rules, file: &File) -> Result<()> {
    if questions.is_empty() {
        return print(|out| writeln!(out, "Nothing is open as of {as_of}; --all asks what is answered again."));
    }
    let dialogue = Dialogue { is_terminal: io::stdin().is_terminal() };
    let n = levelset::rules::counted(questions.len() as u64, "question");
    print(|out| {
        writeln!(out, "{n} as of {as_of}; answers go to {}.", file.name)?;
        writeln!(out, "s skips a question, ? says more of it, q quits; what is answered stays.")
    })?;
    let by = match by {
        Some(by) => by.to_owned(),
        None => match dialogue.who()? {
            Some(by) => by,
            None => return Ok(()),
        },
    };
    let mut written = 0;
    let mut told = false;
    for (number, question) in questions.iter().enumerate() {
        let place = page::Place { number: number + 1, of: questions.len(), as_of };
        print(|out| page::write(question, place, rules, width(), out))?;
        if let Some(later) = question.answer.filter(|it| it.on.as_str() > as_of) {
            print(|out| {
                writeln!(out, "\n  {} answered on {}, after {as_of}: not asked.", printable(&later.by), later.on)
            })?;
            continue;
        }
        let (answer, is_last) = match dialogue.question(question, &by, as_of, rules)? {
            Said::Answer(answer) => (answer, false),
            Said::LastAnswer(answer) => (answer, true),
            Said::Skip => continue,
            Said::Quit => break,
        };
        let at_end = file.add(&question.rule.id, &answer, rules)?;
        written += 1;
        if at_end && !told {
            print(|out| {
                writeln!(out, "  {} has comments: answers are written at its end, and nothing else changes.", file.name)
            })?;
            told = true;
        }
        let says = answer.says.words(question.ask.answer);
        let until = match question.standing(Some(&answer), as_of) {
            AnswerStanding::Contradicted => "files say otherwise, so it shows and gives nothing".to_owned(),
            AnswerStanding::Unanswered | AnswerStanding::Expired | AnswerStanding::Answered => {
                format!("it counts until {}", answer.expires)
            }
        };
        print(|out| writeln!(out, "  written: {says}; {until}"))?;
        if is_last {
            break;
        }
    }
    let left = questions.len() - written;
    print(|out| {
        writeln!(out, "\n{} written, {left} left.", levelset::rules::counted(written as u64, "answer"))?;
        if written > 0 {
            writeln!(out, "They count in: levelset report FACTS --answers {}", file.name)?;
        }
        Ok(())
    })
}

/// Lines of standard input; where it is a terminal, each after a word of what is wanted.
struct Dialogue {
    is_terminal: bool,
}

impl Dialogue {
    /// A line without its end and the blanks around it; nothing at the end of the input.
    fn line(&self, prompt: &str) -> Result<Option<String>> {
        if self.is_terminal {
            let mut out = anstream::stdout().lock();
            write!(out, "  {prompt} ")?;
            out.flush()?;
        }
        let mut line = String::new();
        let n = io::stdin().lock().read_line(&mut line).context("can't read the answer from standard input")?;
        if n == 0 && self.is_terminal {
            print(|out| writeln!(out))?;
        }
        Ok((n > 0).then(|| line.trim().to_owned()))
    }

    /// Says what is wrong with a line, and goes on where somebody is there to mend it. From a pipe the lines after it would
    /// be taken for what they are not.
    fn mend(&self, wrong: &str) -> Result<()> {
        match self.is_terminal {
            true => {
                say(&format!("  {wrong}"));
                Ok(())
            }
            false => bail!("{wrong}; what was answered before is written"),
        }
    }

    fn who(&self) -> Result<Option<String>> {
        loop {
            match self.line("Who answers (name or address)?")?.as_deref() {
                None | Some("q") => return Ok(None),
                Some("") => self.mend("an answer is somebody's; write a name or an address")?,
                Some(by) => return Ok(Some(by.to_owned())),
            }
        }
    }

    fn question(&self, question: &Question<'_>, by: &str, as_of: &str, rules: &Rules) -> Result<Said> {
        loop {
            let Some(line) = self.line(">")? else { return Ok(Said::Quit) };
            let says: Says = match line.as_str() {
                "q" | "quit" => return Ok(Said::Quit),
                "s" | "skip" => return Ok(Said::Skip),
                "?" => {
                    print(|out| {
                        writeln!(out)?;
                        explain::write(AnyRule::Indicator(question.rule), rules, width(), out)
                    })?;
                    continue;
                }
                text => match parse_answer(question.ask.answer, text) {
                    Ok(says) => says,
                    Err(error) => {
                        self.mend(&format!("{}: {error:#}", question.rule.id))?;
                        continue;
                    }
                },
            };
            let mut answer = Answer::given(says, by, as_of, question.answer)?;
            if let Some(contradiction) = page::contradiction(question, &answer, as_of) {
                print(|out| contradiction.iter().try_for_each(|it| writeln!(out, "  {it}")))?;
                match self.keep(question)? {
                    Some(true) => {}
                    Some(false) => continue,
                    None => {
                        print(|out| writeln!(out, "  not written: nobody said that it should be kept"))?;
                        return Ok(Said::Quit);
                    }
                }
            }
            return self.more(&mut answer, question).map(|is_last| match is_last {
                true => Said::LastAnswer(answer),
                false => Said::Answer(answer),
            });
        }
    }

    /// Whether an answer that files contradict is kept; nothing at the end.
    fn keep(&self, question: &Question<'_>) -> Result<Option<bool>> {
        loop {
            let line = self.line("Keep the answer (yes or no)?")?;
            match line.as_deref().map(str::to_ascii_lowercase).as_deref() {
                None | Some("q" | "quit") => return Ok(None),
                Some("y" | "yes") => return Ok(Some(true)),
                Some("n" | "no") => return Ok(Some(false)),
                Some(_) => {
                    self.mend(&format!(
                        "{}: files contradict the answer; write yes to keep it, or no",
                        question.rule.id
                    ))?;
                }
            }
        }
    }

    /// A link and a note; whether it was the last to be said.
    fn more(&self, answer: &mut Answer, question: &Question<'_>) -> Result<bool> {
        loop {
            match self.line("link to more, or nothing:")?.as_deref() {
                None | Some("q" | "quit") => return Ok(true),
                Some("") => break,
                Some(link) if link.contains("://") => {
                    answer.link = Some(link.to_owned());
                    break;
                }
                Some(link) => {
                    let id = &question.rule.id;
                    self.mend(&format!("{id}: a link begins with https:// or the like, which {link:?} doesn't"))?;
                }
            }
        }
        match self.line("note, or nothing:")?.as_deref() {
            None | Some("q" | "quit") => return Ok(true),
            Some("") => {}
            Some(note) => answer.note = Some(note.to_owned()),
        }
        Ok(false)
    }
}

/// The file that answers are in and go to. It is read anew before each answer is added: somebody may have it open.
struct File {
    path: PathBuf,
    name: String,
}

impl File {
    fn at(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let is_table = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("csv"));
        ensure!(!is_table, "--answers {name}: answers are written as YAML; give a file that ends in .yaml");
        // A link stays a link, and what it leads to is written.
        let path = if path.exists() { fs::canonicalize(path) } else { Ok(path.to_owned()) };
        Ok(File { path: path.with_context(|| format!("can't find {name}"))?, name })
    }

    /// Its text, which is empty where it isn't there yet.
    fn text(&self) -> Result<String> {
        match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read.with_context(|| format!("can't read the answers {}", self.name)),
        }
    }

    fn answers(&self, rules: &Rules) -> Result<Answers> {
        Answers::parse(&self.name, &self.text()?, rules)
    }

    /// Adds an answer; whether at the end. What is broken off leaves the file as it was, or as it will be.
    fn add(&self, to: &str, answer: &Answer, rules: &Rules) -> Result<bool> {
        let added = add_to(&self.name, &self.text()?, to, answer, rules)?;
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let write = || -> io::Result<()> {
            let mut file = fs::File::create(&beside)?;
            file.write_all(added.text.as_bytes())?;
            file.sync_all()?;
            if let Ok(is) = fs::metadata(&self.path) {
                fs::set_permissions(&beside, is.permissions())?;
            }
            fs::rename(&beside, &self.path)
        };
        write().with_context(|| {
            // What can't be taken away again is no worse than what could not be written.
            let _ = fs::remove_file(&beside);
            format!("can't write {}; the answer to {to} is not kept", self.name)
        })?;
        Ok(added.at_end)
    }
}
