//! `levelset assess`: the questions, for people at a terminal, as a file to fill in, and for other tools.

use std::io::{self, Write};

use anstyle::Style;
use serde::Serialize;

use super::explain::{of_value, places};
use super::printable;
use crate::answers::questions::Question;
use crate::answers::{Answer, quoted};
use crate::measure::{AnswerStanding, Evidence, Verdict};
use crate::output::terminal::wrap;
use crate::rules::{AnswerKind, Rules};

const HEADING: Style = Style::new().bold();

/// How many places are shown of what counts for it, and of what counts against it.
const MOST_PLACES: usize = 3;

/// How wide the lines of a file to fill in are.
const WIDTH: usize = 100;

/// Where a question stands among those that are asked, and the day that answers count as of.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// From 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// The day (`YYYY-MM-DD`).
    pub as_of: &'a str,
}

/// Writes one question for people.
///
/// # Errors
/// Those of the writer.
pub fn write(
    question: &Question<'_>,
    place: Place<'_>,
    rules: &Rules,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = question.rule;
    writeln!(out, "\n{HEADING}{}/{} {}{HEADING:#}", place.number, place.of, rule.title)?;
    writeln!(out, "  {}: {}\n", rule.id, question.decides(rules))?;
    for line in wrap(&question.ask.question, width.saturating_sub(2)) {
        writeln!(out, "  {HEADING}{line}{HEADING:#}")?;
    }
    writeln!(out)?;
    for (name, text) in about(question, place.as_of) {
        for (number, line) in lines(name, &text, width.saturating_sub(10)).into_iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            writeln!(out, "  {name:<8}{line}")?;
        }
    }
    Ok(())
}

/// A text in lines. A place, which has no word before it, stays in one: paths are copied, and looked for.
fn lines(name: &str, text: &str, width: usize) -> Vec<String> {
    if name.is_empty() { vec![text.to_owned()] } else { wrap(text, width) }
}

/// What helps to answer, each with a word before it; places have none.
fn about(question: &Question<'_>, as_of: &str) -> Vec<(&'static str, String)> {
    let mut about = vec![("why", question.rule.why.clone())];
    match question.files {
        Some(files) => {
            let value = of_value(files, question.rule.met);
            about.push(("files", format!("{value}: {}", files.verdict.words())));
            let shown = shown(question);
            about.extend(shown.iter().map(|it| ("", it.clone())));
        }
        None if question.rule.measure.is_none() => about.push(("files", question.rule.limits.clone())),
        None => {}
    }
    if let Some(answer) = question.answer {
        about.push(("so far", so_far(question, answer, as_of)));
    }
    let good = question.ask.met_words().filter(|_| question.ask.answer != AnswerKind::YesNo);
    let good = good.map(|it| format!("; good {it}")).unwrap_or_default();
    about.push(("answer", format!("{}, or n/a{good}", question.ask.answer.hint())));
    about
}

/// The answer there is, and how it stands.
fn so_far(question: &Question<'_>, answer: &Answer, as_of: &str) -> String {
    let says = format!("{}, {} on {}", answer.says.words(question.ask.answer), printable(&answer.by), answer.on);
    match question.standing(Some(answer), as_of) {
        AnswerStanding::Unanswered | AnswerStanding::Answered => format!("{says}; counts until {}", answer.expires),
        AnswerStanding::Expired => format!("{says}; expired on {}", answer.expires),
        AnswerStanding::Contradicted => format!("{says}; files say otherwise"),
    }
}

/// What contradicts an answer: what files come to, then the first places that say so; nothing where files don't.
pub fn contradiction(question: &Question<'_>, answer: &Answer, as_of: &str) -> Option<Vec<String>> {
    let files = question.files?;
    (question.standing(Some(answer), as_of) == AnswerStanding::Contradicted).then(|| {
        let (mark, places) = match files.verdict {
            Verdict::Met => ("+", &files.counted),
            Verdict::NotMet | Verdict::NotApplicable | Verdict::Unknown => ("-", &files.against),
        };
        let value = of_value(files, question.rule.met);
        let mut lines = vec![format!("Files say otherwise: {value}: {}", files.verdict.words())];
        lines.extend(first_places(mark, places));
        lines
    })
}

/// The first places, those first that speak for what files come to.
fn shown(question: &Question<'_>) -> Vec<String> {
    let Some(files) = question.files else { return Vec::new() };
    let (counted, against) = (first_places("+", &files.counted), first_places("-", &files.against));
    match files.verdict {
        Verdict::NotMet => [against, counted].concat(),
        Verdict::Met | Verdict::NotApplicable | Verdict::Unknown => [counted, against].concat(),
    }
}

/// The first places of a list, with a mark before each.
fn first_places(mark: &str, all: &[Evidence]) -> Vec<String> {
    let more = all.len().saturating_sub(MOST_PLACES);
    let mut lines: Vec<String> = places(all).take(MOST_PLACES).map(|it| format!("{mark} {it}")).collect();
    if let Some(last) = lines.last_mut().filter(|_| more > 0) {
        last.push_str(&format!(", and {more} more"));
    }
    lines
}

/// Writes questions as a file of answers in which every entry is a comment. An entry without the `# ` before its lines,
/// filled in, is an answer.
///
/// # Errors
/// Those of the writer.
pub fn write_yaml(
    questions: &[Question<'_>],
    by: Option<&str>,
    as_of: &str,
    rules: &Rules,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "# What files can't show: {} as of {as_of}.",
        crate::rules::counted(questions.len() as u64, "question")
    )?;
    writeln!(
        out,
        "# To answer one, take the `# ` away before the lines that begin with `# - to:` and those below it,"
    )?;
    writeln!(
        out,
        "# and fill in `answer` and `by`; `n/a` says that the question doesn't apply, `link` and `note` may be"
    )?;
    writeln!(out, "# left empty. Then: levelset report FACTS --answers THIS-FILE")?;
    writeln!(out, "answers:")?;
    for it in questions {
        writeln!(out)?;
        let title = format!("{} ({})", it.rule.title, it.decides(rules));
        for line in [&title, &it.ask.question].into_iter().flat_map(|it| wrap(it, WIDTH)) {
            writeln!(out, "  ## {line}")?;
        }
        for (name, text) in about(it, as_of) {
            let text = if name.is_empty() { text } else { format!("{name}: {text}") };
            for line in lines(name, &text, WIDTH) {
                writeln!(out, "  ## {line}")?;
            }
        }
        writeln!(out, "  # - to: {}", it.rule.id)?;
        writeln!(out, "  #   answer:")?;
        writeln!(out, "  #   by: {}", quoted(by.unwrap_or_default()))?;
        writeln!(out, "  #   on: {as_of}")?;
        writeln!(out, "  #   link:")?;
        writeln!(out, "  #   note:")?;
    }
    Ok(())
}

/// A question for other tools.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    question: &'a str,
    why: &'a str,
    decides: String,
    /// What kind of answer is wanted, and how it is written.
    answer: AnswerKind,
    write: &'static str,
    /// When an answer is good; absent for figures that are only shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    good: Option<String>,
    standing: AnswerStanding,
    /// The answer there is, whether it counts or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<&'a Answer>,
    /// What files show, where somebody has looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Files<'a>>,
}

/// What files show. `summary.json` has all places.
#[derive(Serialize)]
struct Files<'a> {
    verdict: Verdict,
    value: String,
    counted: Places<'a>,
    missing: Places<'a>,
    unknown: Places<'a>,
}

#[derive(Serialize)]
struct Places<'a> {
    number: usize,
    first: Vec<PlaceRow<'a>>,
}

#[derive(Serialize)]
struct PlaceRow<'a> {
    repo: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    what: &'a str,
}

/// Writes questions as a list of JSON.
///
/// # Errors
/// Those of the writer.
pub fn write_json(questions: &[Question<'_>], as_of: &str, rules: &Rules, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<Row<'_>> = questions.iter().map(|it| row(it, as_of, rules)).collect();
    serde_json::to_writer_pretty(&mut *out, &rows)?;
    writeln!(out)
}

fn row<'a>(it: &Question<'a>, as_of: &str, rules: &Rules) -> Row<'a> {
    Row {
        id: &it.rule.id,
        title: &it.rule.title,
        question: &it.ask.question,
        why: &it.rule.why,
        decides: it.decides(rules),
        answer: it.ask.answer,
        write: it.ask.answer.hint(),
        good: it.ask.met_words(),
        standing: it.standing(it.answer, as_of),
        answered: it.answer,
        files: it.files.map(|files| Files {
            verdict: files.verdict,
            value: of_value(files, it.rule.met),
            counted: place_rows(&files.counted),
            missing: place_rows(&files.against),
            unknown: place_rows(&files.unknown),
        }),
    }
}

fn place_rows(all: &[Evidence]) -> Places<'_> {
    let rows = all.iter().take(MOST_PLACES).map(|Evidence { repo, at, what }| {
        let at = at.as_ref();
        PlaceRow { repo, path: at.map(|it| &*it.path), line: at.map(|it| it.line), what }
    });
    Places { number: all.len(), first: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::{Place, contradiction, write, write_yaml};
    use crate::answers::questions::Question;
    use crate::answers::{Answer, Answers, Says};
    use crate::measure::{Evidence, Outcome, Value, Verdict};
    use crate::rules::{Indicator, Rules, Unit};

    const DAY: &str = "2026-02-01";

    fn files(rule: &Indicator) -> Outcome {
        let evidence = |repo: &str| Evidence { repo: repo.to_owned(), at: None, what: "approves by hand".to_owned() };
        Outcome {
            indicator: rule.id.clone(),
            verdict: Verdict::NotMet,
            basis: rule.basis,
            value: Some(Value { number: 0.2, unit: Unit::Repositories, of: Some((1, 5)) }),
            attested: None,
            counted: vec![Evidence { what: "by a push".to_owned(), ..evidence("acme/shop") }],
            against: ["acme/a", "acme/b", "acme/c", "acme/\u{1b}[2J"].map(evidence).to_vec(),
            unknown: Vec::new(),
            note: None,
        }
    }

    fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
        let mut text = Vec::new();
        write(&mut text).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(text).unwrap()).to_string()
    }

    #[test]
    fn a_question_says_what_helps_to_answer_it() {
        let rules = Rules::load(None).unwrap();
        let rule = rules.indicator("deployments-without-tickets").unwrap();
        let (ask, files) = (rule.ask.as_ref().unwrap(), files(rule));
        let old = Answer::given(Says::Yes, "jo", "2025-01-15", None).unwrap();
        let question = Question { rule, ask, answer: Some(&old), files: Some(&files) };
        let place = Place { number: 3, of: 12, as_of: DAY };
        let text = written(|out| write(&question, place, &rules, 100, out));
        assert_eq!(
            text,
            "\n3/12 Developers deploy to production without a ticket or waiting\n  \
             deployments-without-tickets: question 1 of 6\n\n  \
             Can developers deploy code to production without filing a ticket or waiting for someone else?\n\n  \
             why     The way to production is the way everybody goes. A ticket on it is a ticket for every\n          \
             change.\n  \
             files   20 %: 1 of 5 repositories (good at 80 % or more): not met\n          \
             - acme/a approves by hand\n          - acme/b approves by hand\n          \
             - acme/c approves by hand, and 1 more\n          + acme/shop by a push\n  \
             so far  yes, jo on 2025-01-15; expired on 2025-07-15\n  \
             answer  yes or no, or n/a\n"
        );
        let given = |says| Answer::given(says, "jo", DAY, None).unwrap();
        let says = contradiction(&question, &given(Says::Yes), DAY).unwrap();
        assert_eq!(
            says,
            [
                "Files say otherwise: 20 %: 1 of 5 repositories (good at 80 % or more): not met",
                "- acme/a approves by hand",
                "- acme/b approves by hand",
                "- acme/c approves by hand, and 1 more",
            ]
        );
        assert_eq!(contradiction(&question, &given(Says::No), DAY), None);
    }

    #[test]
    fn what_is_filled_in_is_an_answer() {
        let rules = Rules::load(None).unwrap();
        let of = |id: &str| {
            let rule = rules.indicator(id).unwrap();
            Question { rule, ask: rule.ask.as_ref().unwrap(), answer: None, files: None }
        };
        let questions = [of("deployments-without-tickets"), of("self-service-share")];
        let text = written(|out| write_yaml(&questions, Some("jo # of \"acme\""), DAY, &rules, out));
        assert_eq!(Answers::parse("a.yaml", &text, &rules).unwrap(), Answers::default());
        let lines = text.lines().map(|it| match it.strip_prefix("  # ") {
            Some("  answer:") => "    answer: n/a".to_owned(),
            Some(entry) => format!("  {entry}"),
            None => it.to_owned(),
        });
        let answers = Answers::parse("a.yaml", &lines.collect::<Vec<_>>().join("\n"), &rules).unwrap();
        assert_eq!(answers.iter().count(), 2);
        for (_, it) in answers.iter() {
            assert_eq!((it.says, it.by.as_str(), it.on.as_str()), (Says::NotApplicable, "jo # of \"acme\"", DAY));
            assert_eq!((&it.link, &it.note), (&None, &None));
        }
    }
}
