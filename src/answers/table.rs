//! Answers as a CSV table, as other systems export their figures.

use anyhow::{Context as _, Result};

use super::{Answers, Scalar, Written};
use crate::rules::Rules;

/// Reads a table with the columns `to`, `answer`, `by`, `on` and, where they are needed, `expires`, `link` and `note`, in
/// any order. `path` is what errors call it.
///
/// # Errors
/// What is wrong in which row.
pub fn parse_table(path: &str, text: &str, rules: &Rules) -> Result<Answers> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut answers = Answers::default();
    for row in reader.deserialize::<Row>() {
        let Row { to, answer, by, on, expires, link, note } =
            row.with_context(|| format!("{path}: the columns are to, answer, by, on, expires, link and note"))?;
        let said = |it: Option<String>| it.filter(|it| !it.is_empty());
        let written = Written {
            to: to.clone(),
            answer: Scalar::Text(answer),
            by,
            on,
            expires: said(expires),
            link: said(link),
            note: said(note),
        };
        answers.add(written, rules).with_context(|| format!("{path}: answer to {to:?}"))?;
    }
    Ok(answers)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    to: String,
    answer: String,
    by: String,
    on: String,
    expires: Option<String>,
    link: Option<String>,
    note: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::parse_table;
    use crate::answers::Says;
    use crate::rules::Rules;

    #[test]
    fn figures_of_another_system() {
        let rules = Rules::load(None).unwrap();
        let text = "to,on,by,answer,note\nself-service-share,2026-01-31,tickets,84 %,\"of 1,200\"\n";
        let answers = parse_table("tickets.csv", text, &rules).unwrap();
        let it = answers.get("self-service-share", "2026-02-01").unwrap();
        assert_eq!((it.says, it.note.as_deref(), it.link.as_deref()), (Says::Figure(0.84), Some("of 1,200"), None));
        for (text, says) in [
            ("to,answer\nself-service-share,1\n", "the columns are"),
            ("to,answer,by,on\nself-service-share,84,x,2026-01-31\n", "tickets.csv: answer to \"self-service-share\""),
        ] {
            let error = format!("{:#}", parse_table("tickets.csv", text, &rules).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }
}
