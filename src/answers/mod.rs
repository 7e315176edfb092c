//! What people answered, because files can't show it: text → checked [`Answers`]; `main` reads the files.
//!
//! ```yaml
//! answers:
//!   - to: provisioning-from-code
//!     answer: yes
//!     by: jo@example.org
//!     on: 2026-01-15
//!     expires: 2026-07-15
//!     link: https://wiki.example.org/provisioning
//! ```
//!
//! An answer is dated, somebody's, and expires: [`LASTS`] months after it was given unless it says otherwise. What has
//! expired is unknown again. Figures of other systems come as answers too, from such a file or from a CSV table with the
//! columns `to,answer,by,on,expires,link,note`.

mod table;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use jiff::ToSpan as _;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::{AnswerKind, Indicator, Rules};

pub use self::table::parse_table;

/// How many months an answer lasts that doesn't say when it expires.
pub const LASTS: i32 = 6;

/// All answers, by the id of the indicator that asks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// Those to one question in the order in which they were given.
    by_indicator: BTreeMap<String, Vec<Answer>>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What was answered.
    pub says: Says,
    /// Who answered.
    pub by: String,
    /// When (`YYYY-MM-DD`).
    pub on: String,
    /// From which day on it no longer counts (`YYYY-MM-DD`).
    pub expires: String,
    /// Where more is to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What the one who answered has to add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// Yes.
    Yes,
    /// No.
    No,
    /// The question doesn't apply to the organisation.
    NotApplicable,
    /// A figure: a share from 0 to 1, minutes, days or a number, as the question wants it.
    Figure(f64),
}

/// An answer as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    to: String,
    answer: Scalar,
    by: String,
    on: String,
    expires: Option<String>,
    link: Option<String>,
    note: Option<String>,
}

/// A word, a number, or what YAML takes for a truth.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Truth(bool),
    Number(f64),
    Text(String),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    answers: Vec<Written>,
}

impl Answers {
    /// Reads a file of answers in YAML. `path` is what errors call it.
    ///
    /// # Errors
    /// What is wrong with which answer, and what to write instead.
    pub fn parse(path: &str, text: &str, rules: &Rules) -> Result<Self> {
        let is_empty = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        let file: File = if is_empty { File::default() } else { crate::rules::parse(path, text)? };
        let mut answers = Answers::default();
        for written in file.answers {
            let to = written.to.clone();
            answers.add(written, rules).with_context(|| format!("{path}: answer to {to:?}"))?;
        }
        Ok(answers)
    }

    fn add(&mut self, written: Written, rules: &Rules) -> Result<()> {
        let Written { to, answer, by, on, expires, link, note } = written;
        let rule = rules.indicator(&to).with_context(|| {
            format!("there is no indicator {to:?}; `levelset assess --questions yaml` lists what is asked")
        })?;
        let says = says(rule, &answer)?;
        ensure!(!by.trim().is_empty(), "`by` says who answered; it is empty");
        let given: Date = date("on", &on)?;
        let expires = match expires {
            Some(expires) => date("expires", &expires)?,
            None => given.checked_add(LASTS.months()).context("`on` is too far in the future")?,
        };
        ensure!(given < expires, "it expires on {expires}, before or on the day it was given, {given}");
        let answer = Answer { says, by, on: given.to_string(), expires: expires.to_string(), link, note };
        self.insert(&to, answer);
        Ok(())
    }

    /// Adds an answer.
    pub fn insert(&mut self, to: &str, answer: Answer) {
        let all = self.by_indicator.entry(to.to_owned()).or_default();
        let at = all.partition_point(|it| (&it.on, &it.expires) <= (&answer.on, &answer.expires));
        all.insert(at, answer);
    }

    /// Adds all answers of another file.
    pub fn extend(&mut self, other: Answers) {
        for (to, answers) in other.by_indicator {
            answers.into_iter().for_each(|it| self.insert(&to, it));
        }
    }

    /// The answer to an indicator's question that was given last by a day (`YYYY-MM-DD`), expired or not.
    pub fn get(&self, indicator: &str, day: &str) -> Option<&Answer> {
        self.by_indicator.get(indicator)?.iter().rev().find(|it| it.on.as_str() <= day)
    }

    /// All of them, by indicator, those to one in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.by_indicator.iter().flat_map(|(to, all)| all.iter().map(move |it| (to.as_str(), it)))
    }

    /// The answers as a file of YAML, sorted by indicator.
    pub fn to_yaml(&self) -> String {
        let mut text = String::from("answers:\n");
        for (to, it) in self.iter() {
            let said = match it.says {
                Says::Yes => "yes".to_owned(),
                Says::No => "no".to_owned(),
                Says::NotApplicable => "not-applicable".to_owned(),
                Says::Figure(figure) => figure.to_string(),
            };
            let lines = [
                ("by", Some(&it.by)),
                ("on", Some(&it.on)),
                ("expires", Some(&it.expires)),
                ("link", it.link.as_ref()),
                ("note", it.note.as_ref()),
            ];
            text.push_str(&format!("  - to: {to}\n    answer: {said}\n"));
            for (key, value) in lines {
                if let Some(value) = value {
                    // A JSON string is one of YAML, whatever is in it.
                    let value = serde_json::to_string(value).unwrap_or_default();
                    text.push_str(&format!("    {key}: {value}\n"));
                }
            }
        }
        text
    }
}

impl Answer {
    /// Whether it counts on a day (`YYYY-MM-DD`): it was given by then, and has not expired.
    pub fn counts_on(&self, day: &str) -> bool {
        // All are written alike, so that their texts compare as the days do.
        self.on.as_str() <= day && self.expires.as_str() > day
    }
}

fn date(key: &str, text: &str) -> Result<Date> {
    text.parse().with_context(|| format!("`{key}` is a day written as 2026-01-31; it says {text:?}"))
}

/// What an answer says, where it is one that the question wants.
fn says(rule: &Indicator, answer: &Scalar) -> Result<Says> {
    let ask = rule.ask.as_ref().with_context(|| format!("{} asks nothing: files show all of it", rule.id))?;
    let text = match answer {
        Scalar::Truth(it) => if *it { "yes" } else { "no" }.to_owned(),
        Scalar::Number(it) => it.to_string(),
        Scalar::Text(it) => it.trim().to_ascii_lowercase(),
    };
    parse_answer(ask.answer, &text)
}

/// What somebody wrote as the answer to a question of this kind.
///
/// # Errors
/// What such a question wants.
pub fn parse_answer(kind: AnswerKind, text: &str) -> Result<Says> {
    let text = text.trim().to_ascii_lowercase();
    if matches!(text.as_str(), "not-applicable" | "n/a" | "na") {
        return Ok(Says::NotApplicable);
    }
    let figure = || {
        let (number, percent) = text.strip_suffix('%').map_or((text.as_str(), false), |it| (it.trim_end(), true));
        let number: f64 = number.parse().ok().filter(|it: &f64| it.is_finite() && *it >= 0.0)?;
        Some(if percent { number / 100.0 } else { number })
    };
    let is_percent = text.ends_with('%');
    match (kind, text.as_str()) {
        (AnswerKind::YesNo, "yes" | "y" | "true") => return Ok(Says::Yes),
        (AnswerKind::YesNo, "no" | "n" | "false") => return Ok(Says::No),
        (AnswerKind::YesNo, _) => {}
        (AnswerKind::Share, _) => {
            if let Some(share) = figure().filter(|it| *it <= 1.0) {
                return Ok(Says::Figure(share));
            }
        }
        (AnswerKind::Minutes | AnswerKind::Days | AnswerKind::Number, _) => {
            if let Some(number) = figure().filter(|_| !is_percent) {
                return Ok(Says::Figure(number));
            }
        }
    }
    bail!("{text:?} is no answer here; write {}, or not-applicable", kind.hint())
}

#[cfg(test)]
mod tests {
    use super::{Answers, Says, parse_answer};
    use crate::rules::{AnswerKind, Rules};

    #[test]
    fn what_is_an_answer() {
        for (kind, text, expected) in [
            (AnswerKind::YesNo, "Yes", Some(Says::Yes)),
            (AnswerKind::YesNo, "n", Some(Says::No)),
            (AnswerKind::YesNo, "n/a", Some(Says::NotApplicable)),
            (AnswerKind::YesNo, "often", None),
            (AnswerKind::YesNo, "1", None),
            (AnswerKind::Share, "0.8", Some(Says::Figure(0.8))),
            (AnswerKind::Share, "80 %", Some(Says::Figure(0.8))),
            (AnswerKind::Share, "80", None),
            (AnswerKind::Share, "-0.1", None),
            (AnswerKind::Minutes, "10", Some(Says::Figure(10.0))),
            (AnswerKind::Minutes, "10 %", None),
            (AnswerKind::Minutes, "inf", None),
            (AnswerKind::Number, "not-applicable", Some(Says::NotApplicable)),
        ] {
            assert_eq!(parse_answer(kind, text).ok(), expected, "{kind:?} {text}");
        }
    }

    #[test]
    fn answers_expire_and_the_last_counts() {
        let rules = Rules::load(None).unwrap();
        let text = "answers:\n  - {to: provisioning-from-code, answer: no, by: jo, on: 2026-01-31}\n  - {to: \
                    provisioning-from-code, answer: yes, by: kim, on: 2026-02-01, expires: 2026-03-01}\n";
        let answers = Answers::parse("answers.yaml", text, &rules).unwrap();
        let it = answers.get("provisioning-from-code", "2027-01-01").unwrap();
        assert_eq!((it.says, it.by.as_str(), it.expires.as_str()), (Says::Yes, "kim", "2026-03-01"));
        assert!(it.counts_on("2026-02-28") && !it.counts_on("2026-03-01") && !it.counts_on("2026-01-31"));
        // What is given later doesn't count yet.
        assert_eq!(answers.get("provisioning-from-code", "2026-01-31").unwrap().says, Says::No);
        assert_eq!(answers.get("provisioning-from-code", "2026-01-30"), None);
        let text = "answers:\n  - {to: provisioning-from-code, answer: no, by: jo, on: 2026-08-31}\n";
        let answers = Answers::parse("answers.yaml", text, &rules).unwrap();
        assert_eq!(answers.get("provisioning-from-code", "2027-01-01").unwrap().expires, "2027-02-28");
        let again = Answers::parse("answers.yaml", &answers.to_yaml(), &rules).unwrap();
        assert_eq!(again, answers);
        assert_eq!(Answers::parse("answers.yaml", "# none yet\n", &rules).unwrap(), Answers::default());
    }

    #[test]
    fn errors_say_what_and_where() {
        let rules = Rules::load(None).unwrap();
        for (row, says) in [
            ("to: no-such-thing, answer: yes, by: jo, on: 2026-01-31", "there is no indicator \"no-such-thing\""),
            ("to: distinct-pipelines, answer: yes, by: jo, on: 2026-01-31", "asks nothing"),
            ("to: provisioning-from-code, answer: often, by: jo, on: 2026-01-31", "write yes or no"),
            ("to: provisioning-from-code, answer: yes, by: '', on: 2026-01-31", "`by` says who"),
            ("to: provisioning-from-code, answer: yes, by: jo, on: 31.1.2026", "written as 2026-01-31"),
            ("to: provisioning-from-code, answer: yes, by: jo, on: 2026-01-31, expires: 2026-01-31", "it expires on"),
            ("to: provisioning-from-code, answer: yes, on: 2026-01-31", "missing field"),
        ] {
            let text = format!("answers:\n  - {{{row}}}\n");
            let error = format!("{:#}", Answers::parse("answers.yaml", &text, &rules).unwrap_err());
            assert!(error.contains(says) && error.contains("answers.yaml"), "{row}: {error}");
        }
    }
}
