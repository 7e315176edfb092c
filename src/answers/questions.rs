//! What is asked, and in which order: what helps most to place the organisation comes first. Reads and writes nothing;
//! the words are those of the rules.

use anyhow::{Context as _, Result, bail};

use super::{Answer, Answers};
use crate::measure::{AnswerStanding, Attested, Outcome};
use crate::rules::{Ask, Indicator, Level, Models, Rules};

/// Which questions somebody wants to be asked.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// These, answered or not, in this order; where there are none, those that are open.
    pub ids: Vec<String>,
    /// Only those that are gates of this level.
    pub level: Option<u8>,
    /// Also those that are answered, and whose answers still count.
    pub answered: bool,
}

/// What files say of the organisation, where somebody has looked at them.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What each indicator comes to.
    pub outcomes: &'a [Outcome],
    /// The level that is certain.
    pub level: u8,
}

/// A question, with what helps to answer it.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The rule that asks.
    pub rule: &'a Indicator,
    /// What it asks.
    pub ask: &'a Ask,
    /// The answer there is, whether it counts or not.
    pub answer: Option<&'a Answer>,
    /// What files show, where somebody has looked at them and the rule looks for anything there.
    pub files: Option<&'a Outcome>,
}

/// The questions of a choice: gates of the level that is next, the six questions, the signals and the size, then the gates
/// of the other levels and stages, then the rest in the order of the models. Each is asked once.
///
/// # Errors
/// An id that no rule has, or whose rule asks nothing; a level that has no gates.
pub fn questions<'a>(
    rules: &'a Rules,
    answers: &'a Answers,
    shown: Option<Shown<'a>>,
    choice: &Choice,
    as_of: &str,
) -> Result<Vec<Question<'a>>> {
    let question = |rule: &'a Indicator| {
        let outcome = shown.and_then(|it| it.outcomes.iter().find(|it| it.indicator == rule.id));
        let files = outcome.filter(|_| rule.measure.is_some());
        Some(Question { rule, ask: rule.ask.as_ref()?, answer: answers.last(&rule.id), files })
    };
    if !choice.ids.is_empty() {
        let named = |id: &String| {
            let rule = rules.indicator(id).with_context(|| {
                format!("there is no indicator {id:?}; `levelset assess --questions yaml` lists what is asked")
            })?;
            question(rule).with_context(|| format!("{id} asks nothing: files show all of it"))
        };
        return choice.ids.iter().map(named).collect();
    }
    let models = &rules.models;
    let of_level = models.levels.iter().find(|it| Some(it.level) == choice.level);
    if let (Some(level), None) = (choice.level, of_level.filter(|it| !it.gates.is_empty())) {
        bail!("level {level} has no gates, so nothing is asked for it");
    }
    let is_chosen = |it: &Question<'_>| {
        let is_open = !it.answer.is_some_and(|it| it.counts_on(as_of));
        (is_open || choice.answered) && of_level.is_none_or(|level| level.gates.contains(&it.rule.id))
    };
    let mut chosen: Vec<Question<'_>> = rules.indicators.iter().filter_map(question).filter(is_chosen).collect();
    let asked = |id: &String| chosen.iter().any(|it| it.rule.id == *id);
    // Where nobody looked at files, the first level that anything is asked for is next.
    let next = match shown {
        Some(shown) => Some(shown.level + 1),
        None => models.levels.iter().find(|it| it.gates.iter().any(asked)).map(|it| it.level),
    };
    let order = order(models, next);
    let rank = |it: &Question<'_>| {
        let place = order.iter().position(|id| *id == it.rule.id).unwrap_or(usize::MAX);
        let row = models.rows.iter().position(|row| it.rule.row.contains(&row.row));
        (place, row.unwrap_or(usize::MAX))
    };
    chosen.sort_by_key(rank);
    Ok(chosen)
}

/// The indicators that models name, in the order in which they are asked for.
fn order(models: &Models, next: Option<u8>) -> Vec<&str> {
    let is_next = |it: &&Level| Some(it.level) == next;
    let mut order: Vec<&String> = models.levels.iter().filter(is_next).flat_map(|it| &it.gates).collect();
    order.extend(&models.questions);
    order.extend(models.signals.iter().map(|it| &it.indicator));
    order.push(&models.engineers);
    order.extend(models.levels.iter().flat_map(|it| &it.gates));
    order.extend(models.stages.iter().flat_map(|it| &it.gates));
    order.into_iter().map(String::as_str).collect()
}

impl Question<'_> {
    /// What an answer to it decides, in words.
    pub fn decides(&self, rules: &Rules) -> String {
        let (models, id) = (&rules.models, &self.rule.id);
        let mut decides = models.gates_of(id);
        if let Some(number) = models.questions.iter().position(|it| it == id) {
            decides.push(format!("question {} of {}", number + 1, models.questions.len()));
        }
        decides.extend(
            models.signals.iter().filter(|it| it.indicator == *id).map(|it| format!("a signal for level {}", it.level)),
        );
        if models.engineers == *id {
            decides.push("says which stage is a sensible target".to_owned());
        }
        if decides.is_empty() { "shown, no gate of a level".to_owned() } else { decides.join(", ") }
    }

    /// How an answer to it stands beside what files show.
    pub fn standing(&self, answer: Option<&Answer>, as_of: &str) -> AnswerStanding {
        match (self.files, answer) {
            (Some(files), _) => Attested::of(self.ask, answer, files, as_of).standing,
            (None, None) => AnswerStanding::Unanswered,
            (None, Some(answer)) if answer.counts_on(as_of) => AnswerStanding::Answered,
            (None, Some(_)) => AnswerStanding::Expired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, Question, Shown, questions};
    use crate::answers::{Answer, Answers, Says};
    use crate::measure::{AnswerStanding, Outcome, Verdict};
    use crate::rules::Rules;

    const DAY: &str = "2026-02-01";

    fn answers(given: &[(&str, &str)]) -> Answers {
        let mut answers = Answers::default();
        for (to, on) in given {
            answers.insert(to, Answer::given(Says::Yes, "jo", on, None).unwrap());
        }
        answers
    }

    fn ids(questions: &[Question<'_>]) -> Vec<String> {
        questions.iter().map(|it| it.rule.id.clone()).collect()
    }

    #[test]
    fn what_helps_most_comes_first() {
        let (rules, none) = (Rules::load(None).unwrap(), Answers::default());
        let shown = Shown { outcomes: &[], level: 2 };
        let all = ids(&questions(&rules, &none, Some(shown), &Choice::default(), DAY).unwrap());
        let asking = rules.indicators.iter().filter(|it| it.ask.is_some()).count();
        assert_eq!(all.len(), asking, "each is asked once");
        let at = |id: &str| all.iter().position(|it| it == id).unwrap();
        let expected = [
            // A gate of level 3, which is next.
            "scorecards",
            // The six questions, in their order.
            "deployments-without-tickets",
            "first-week-deployment",
            "knowledge-spreads",
            // A signal that is neither, and the size.
            "requests-kept-up-with",
            "organisation-size",
            // Gates of other levels, then of stages, then the rest.
            "self-service-share",
            "right-sizing",
            "inherited-controls",
            "platform-experiments",
            "pain-of-inconsistency",
        ];
        assert!(expected.map(at).is_sorted(), "{:?}", expected.map(at));
        assert_eq!(at("scorecards"), 0);
    }

    #[test]
    fn without_files_the_first_level_that_is_asked_for_is_next() {
        let rules = Rules::load(None).unwrap();
        let first =
            |answers: &Answers| ids(&questions(&rules, answers, None, &Choice::default(), DAY).unwrap()).remove(0);
        // All of level 1 is measured.
        assert_eq!(first(&Answers::default()), "self-service-portal");
        let of_level_2: Vec<(&str, &str)> = rules.models.levels[2].gates.iter().map(|it| (it.as_str(), DAY)).collect();
        assert_eq!(first(&answers(&of_level_2)), "scorecards");
    }

    #[test]
    fn only_what_is_open_or_chosen() {
        let rules = Rules::load(None).unwrap();
        let answers = answers(&[("scorecards", DAY), ("right-sizing", "2025-01-01")]);
        let chosen = |choice: &Choice| ids(&questions(&rules, &answers, None, choice, DAY).unwrap());
        let open = chosen(&Choice::default());
        assert!(!open.contains(&"scorecards".to_owned()), "its answer counts");
        assert!(open.contains(&"right-sizing".to_owned()), "its answer has expired");
        assert!(chosen(&Choice { answered: true, ..Choice::default() }).contains(&"scorecards".to_owned()));
        let of_level = chosen(&Choice { level: Some(3), ..Choice::default() });
        assert_eq!(
            of_level,
            ["drift-remediation", "governance-checks-block", "cost-showback", "readiness-known-at-once"]
        );
        let named = vec!["scorecards".to_owned(), "organisation-size".to_owned()];
        assert_eq!(chosen(&Choice { ids: named.clone(), ..Choice::default() }), named);
        for (choice, says) in [
            (Choice { ids: vec!["scorecard".to_owned()], ..Choice::default() }, "there is no indicator \"scorecard\""),
            (Choice { ids: vec!["distinct-pipelines".to_owned()], ..Choice::default() }, "asks nothing"),
            (Choice { level: Some(0), ..Choice::default() }, "level 0 has no gates"),
        ] {
            let error = format!("{:#}", questions(&rules, &answers, None, &choice, DAY).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn answers_stand_beside_files() {
        let rules = Rules::load(None).unwrap();
        let rule = rules.indicator("deployments-without-tickets").unwrap();
        let files = |verdict| Outcome {
            indicator: rule.id.clone(),
            verdict,
            basis: rule.basis,
            value: None,
            attested: None,
            counted: Vec::new(),
            against: Vec::new(),
            unknown: Vec::new(),
            note: None,
        };
        let (met, not_met) = (files(Verdict::Met), files(Verdict::NotMet));
        let yes = Answer::given(Says::Yes, "jo", DAY, None).unwrap();
        let question = |files| Question { rule, ask: rule.ask.as_ref().unwrap(), answer: None, files };
        for (files, answer, day, expected) in [
            (Some(&met), Some(&yes), DAY, AnswerStanding::Answered),
            (Some(&not_met), Some(&yes), DAY, AnswerStanding::Contradicted),
            (Some(&not_met), Some(&yes), "2026-08-01", AnswerStanding::Expired),
            (None, Some(&yes), DAY, AnswerStanding::Answered),
            (None, Some(&yes), "2026-08-01", AnswerStanding::Expired),
            (None, None, DAY, AnswerStanding::Unanswered),
        ] {
            assert_eq!(question(files).standing(answer, day), expected);
        }
        assert_eq!(question(None).decides(&rules), "question 1 of 6");
    }
}
