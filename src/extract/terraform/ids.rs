//! Ids of a cloud's resources that are written out: what lies behind them is declared elsewhere or nowhere, and the
//! code fits one account and one region only.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex_automata::meta::Regex;

use crate::extract::commands::ENDS_OF_SCRIPTS;
use crate::facts::{Context, Facts, Marker, MarkerKind, Said};
use crate::resolve::{NamedId, Questions, uses};
use crate::source::SourceFile;
use crate::syntax::hcl::{Attribute, Block, Body};

/// How ids of AWS begin that have eight or seventeen hexadecimal digits behind them; sorted.
const STARTS: &[&str] = &["ami-", "sg-", "subnet-", "vpc-"];

/// How names of AWS's resources begin, with an account in them.
const ARN: &str = "arn:aws";

/// Accounts of documentation, which nobody has.
const PLACEHOLDERS: &[&str] = &["000000000000", "012345678901", "111111111111", "111122223333", "123456789012"];

/// The accounts of AWS itself that write the access logs of load balancers, one a region: whoever keeps such logs names
/// them (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html>); sorted.
const LOAD_BALANCERS: &[&str] = &[
    "009996457667",
    "027434742980",
    "033677994240",
    "054676820928",
    "076674570225",
    "098369216593",
    "114774131450",
    "127311923021",
    "156460612806",
    "383597477331",
    "507241528517",
    "582318560864",
    "589379963580",
    "600734575887",
    "635631232127",
    "652711504416",
    "718504428378",
    "754344448648",
    "783225319266",
    "797873946194",
    "897822967062",
    "985666609251",
];

/// What a policy asks of others' accounts for: a condition that AWS has for trust in a third party, whose account is as
/// its documentation has it (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html>).
const THIRD_PARTY: &str = "sts:ExternalId";

/// How far from an id the condition of its statement stands at most, in bytes.
const FARTHEST: usize = 4_000;

/// In a file with more ids it isn't asked whether something uses their names.
const MOST_ASKED: usize = 1_000;

/// What an id begins with, [`THIRD_PARTY`], and what names of scripts end with.
static MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let marks = [STARTS, &[ARN, THIRD_PARTY], ENDS_OF_SCRIPTS].concat();
    Regex::new(&marks.join("|").replace('.', "\\.")).ok()
});

/// What is looked for in the whole text of a file: in one pass, because nearly no file has any of it.
#[derive(Default)]
pub(super) struct Marks {
    /// Where ids are: their offset, what they are and how long they are.
    ids: Vec<(usize, &'static str, usize)>,
    has_third_party: bool,
    /// Where names of scripts end: the offsets of their last dots.
    pub(super) scripts: Vec<usize>,
}

impl Marks {
    /// Those of a text.
    pub(super) fn of(text: &str) -> Self {
        let mut found = Marks::default();
        for at in MARKS.iter().flat_map(|it| it.find_iter(text)).map(|it| it.start()) {
            if text.as_bytes()[at] == b'.' {
                found.scripts.push(at);
                continue;
            }
            match id_at(text, at) {
                Some((kind, length)) => found.ids.push((at, kind, length)),
                None => found.has_third_party |= text[at..].starts_with(THIRD_PARTY),
            }
        }
        found
    }
}

/// Adds the ids that a file has written out in values, each once. Imports have to name what they import, descriptions
/// only tell of it.
pub(super) fn hard_coded(
    file: &SourceFile<'_>,
    context: Context,
    body: &Body<'_>,
    marks: &Marks,
    facts: &mut Facts,
    questions: &mut Questions,
) {
    let text = file.text();
    let mut seen = BTreeSet::new();
    for &(at, kind, length) in &marks.ids {
        let Some(attribute) = body.attribute_at(at) else { continue };
        let mut around = attribute.parent.and_then(|it| body.blocks.get(it));
        while let Some(outer) = around.and_then(|it| it.parent).and_then(|it| body.blocks.get(it)) {
            around = Some(outer);
        }
        let is_told_only = matches!(attribute.name, "description" | "error_message");
        let is_import = around.is_some_and(|it| matches!(it.kind, "import" | "moved" | "removed"));
        let is_comment = is_in_comment(text, attribute.value_span.start, at);
        let id = &text[at..at + length];
        let is_third_party = marks.has_third_party && kind == "account" && trusts_third_party(body, attribute, at);
        if is_told_only || is_import || is_comment || is_third_party || !seen.insert(id) {
            continue;
        }
        let mut marker = Marker::of(file.at(at..at + length), MarkerKind::HardCodedId, "aws", context);
        marker.name = Some(id.to_owned());
        marker.say(Said::Type, kind);
        // Nearly all are used beside where they are written.
        if context == Context::Production
            && marks.ids.len() <= MOST_ASKED
            && let Some(name) = around.and_then(|it| name_of_value(body, it, attribute))
            && !uses(text, &name)
        {
            questions.ask_id(NamedId { path: file.path().to_string(), line: marker.at.line, name });
        }
        facts.markers.push(marker);
    }
}

/// How a value is named where it is used: the default of a variable, a local value.
fn name_of_value(body: &Body<'_>, block: &Block<'_>, attribute: &Attribute<'_>) -> Option<String> {
    match block.kind {
        "variable" => Some(format!("var.{}", body.labels(block).first()?.text)),
        "locals" => Some(format!("local.{}", attribute.name)),
        _ => None,
    }
}

/// What an id is that begins at an offset, and how long it is.
fn id_at(text: &str, at: usize) -> Option<(&'static str, usize)> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let bytes = text.as_bytes();
    if at > 0 && is_word(bytes[at - 1]) {
        return None;
    }
    let rest = &text[at..];
    if rest.starts_with(ARN) {
        let end = rest.bytes().position(|b| matches!(b, b'"' | b'\n' | b' ' | b',' | b'\'')).unwrap_or(rest.len());
        let mut parts = rest[..end].splitn(6, ':').skip(2);
        let (service, account) = (parts.next()?, parts.nth(1)?);
        let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        // Layers of functions and images are published for everybody by their makers' accounts.
        let is_published = matches!(service, "lambda") && rest[..end].contains(":layer:");
        let is_one = is_account
            && !is_published
            && PLACEHOLDERS.binary_search(&account).is_err()
            && LOAD_BALANCERS.binary_search(&account).is_err();
        return is_one.then_some(("account", end));
    }
    let start = STARTS.iter().find(|it| rest.starts_with(**it))?;
    let digits = rest.bytes().skip(start.len()).take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
    let end = start.len() + digits;
    let is_whole = !bytes.get(at + end).is_some_and(|b| is_word(*b));
    // Zeros, or one digit all along, are placeholders.
    let first = rest.as_bytes().get(start.len());
    let is_placeholder = rest.as_bytes()[start.len()..end].iter().all(|it| Some(it) == first)
        || rest[start.len()..end].starts_with("1234567");
    (matches!(digits, 8 | 17) && is_whole && !is_placeholder).then(|| (start.trim_end_matches('-'), end))
}

/// Whether an attribute, or the statement of a policy that it belongs to, asks for what third parties are asked for.
fn trusts_third_party(body: &Body<'_>, attribute: &Attribute<'_>, at: usize) -> bool {
    // A statement is near: large values must not be read again for each id.
    let offset = at - attribute.value_span.start;
    let from = offset.saturating_sub(FARTHEST);
    let bytes = attribute.value.as_bytes();
    let value = &bytes[from..(offset + FARTHEST).min(bytes.len())];
    if memchr::memmem::find(value, THIRD_PARTY.as_bytes()).is_some() {
        // A statement written out as an object is the one around that of its principal.
        let at = offset - from;
        let is_in = |range: &[u8]| memchr::memmem::find(range, THIRD_PARTY.as_bytes()).is_some();
        return outer_object(value, at).is_some_and(|it| is_in(&value[it]));
    }
    let mut block = attribute.parent.and_then(|it| body.blocks.get(it));
    while let Some(it) = block.filter(|it| it.kind != "statement") {
        block = it.parent.and_then(|it| body.blocks.get(it));
    }
    let Some(statement) = block else { return false };
    body.all_attributes(statement).any(|(_, it)| it.value.contains(THIRD_PARTY))
}

/// The object around the one that an offset of a value lies in.
fn outer_object(value: &[u8], at: usize) -> Option<Range<usize>> {
    let mut depth = 0;
    let start = value[..at].iter().rposition(|byte| {
        depth += match byte {
            b'{' => 1,
            b'}' => -1,
            _ => 0,
        };
        depth == 2
    })?;
    let end = value[start..].iter().position(|byte| {
        depth += match byte {
            b'{' => 1,
            b'}' => -1,
            _ => 0,
        };
        depth == 2
    })?;
    Some(start..start + end)
}

/// Whether a comment begins before an offset in its line, within a value.
fn is_in_comment(text: &str, value: usize, at: usize) -> bool {
    let line = text[value..at].rsplit('\n').next().unwrap_or("");
    let mut in_quotes = false;
    let mut last = b' ';
    line.bytes().any(|byte| {
        in_quotes ^= byte == b'"' && last != b'\\';
        let begins = !in_quotes && (byte == b'#' || byte == b'/' && last == b'/');
        last = byte;
        begins
    })
}

#[cfg(test)]
mod tests {
    use super::{LOAD_BALANCERS, MARKS, Marks, PLACEHOLDERS, STARTS, id_at, is_in_comment, outer_object};

    #[test]
    fn tables_are_sorted() {
        assert!(STARTS.is_sorted());
        assert!(MARKS.is_some());
        assert!(PLACEHOLDERS.is_sorted());
        assert!(LOAD_BALANCERS.is_sorted());
    }

    #[test]
    fn marks_of_texts() {
        let marks = Marks::of("a.sh.shx x.b.bash \"ami-0a1b2c3d\" sts:ExternalId y.ps1");
        assert_eq!(marks.scripts, [1, 4, 12, 49]);
        assert_eq!(marks.ids, [(19, "ami", 12)]);
        assert!(marks.has_third_party);
        assert!(Marks::of("a.s shx").scripts.is_empty());
    }

    #[test]
    fn ids() {
        for (text, expected) in [
            ("\"ami-0a1b2c3d\"", Some(("ami", 12))),
            ("\"ami-0a1b2c3d4e5f60718\"", Some(("ami", 21))),
            ("\"ami-0a1b2c3\"", None),
            ("\"ami-0a1b2c3d4\"", None),
            ("\"ami-0a1b2c3x\"", None),
            ("\"my-ami-0a1b2c3d\"", None),
            ("\"sg-00000000\"", None),
            ("\"sg-12345678\"", None),
            ("\"sg-0a1b2c3d-x\"", None),
            ("\"vpc-0a1b2c3d\"", Some(("vpc", 12))),
            ("\"arn:aws:iam::210987654321:role/x\"", Some(("account", 32))),
            ("\"arn:aws-us-gov:iam::210987654321:role/x\"", Some(("account", 39))),
            ("\"arn:aws:iam::123456789012:role/x\"", None),
            ("\"arn:aws:iam::aws:policy/x\"", None),
            ("\"arn:aws:iam::156460612806:root\"", None),
            ("\"arn:aws:s3:::bucket\"", None),
            ("\"arn:aws:iam::${var.account}:role/x\"", None),
            ("\"arn:aws:lambda:eu-west-2:210987654321:layer:x:1\"", None),
        ] {
            let start = text.find("arn:").or_else(|| STARTS.iter().find_map(|it| text.find(it))).unwrap();
            assert_eq!(id_at(text, start), expected, "{text}");
        }
    }

    #[test]
    fn objects_around() {
        let value = "[{ a = {} b = { c = x } d = 1 }, { y }]";
        let told = |it: &str| outer_object(value.as_bytes(), value.find(it).unwrap()).map(|it| &value[it]);
        assert_eq!(told("x"), Some("{ a = {} b = { c = x } d = 1 "));
        assert_eq!(told("y"), None);
    }

    #[test]
    fn comments() {
        assert!(is_in_comment("[\n  # sg-1", 0, 6));
        assert!(is_in_comment("[\n a, // sg-1", 0, 10));
        assert!(!is_in_comment("[\n \"#\", sg-1", 0, 9));
        assert!(!is_in_comment("\"a//b sg-1", 0, 6));
    }
}
