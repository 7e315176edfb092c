//! Version constraints: which versions they allow, and whether that is one version or a range.
//!
//! There are two grammars. [`Constraint::parse`] reads Terraform's (`~> 1.2, != 1.2.5`), in which `1.2` is the one
//! version 1.2.0; [`Constraint::parse_npm`] reads that of charts and packages (`^1.2 || 2.x`), in which `1.2` stands
//! for all of 1.2. They agree on few things, so nothing here guesses which one a text is of.

use super::version::Semver;
use super::{Pin, Version, WhyNot};

/// A version constraint, as its tool understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// A version is allowed that passes all tests of one alternative.
    alternatives: Vec<Vec<Test>>,
    prereleases: Prereleases,
}

/// When a prerelease may be allowed at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prereleases {
    /// Where the constraint names this version and nothing else, as Terraform wants it.
    Named,
    /// Where the alternative has a prerelease in it, as charts have it.
    Mentioned,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Equal(Semver),
    NotEqual(Semver),
    Above(Semver),
    AtLeast(Semver),
    Below(Semver),
    AtMost(Semver),
    /// Not at or above the first and below the second.
    Outside(Semver, Semver),
}

impl Constraint {
    /// Reads Terraform's grammar: `=`, `!=`, `>`, `>=`, `<`, `<=`, `~>` or no operator before each version, with commas
    /// between them.
    ///
    /// # Errors
    /// What Terraform refuses, an empty text among it.
    pub fn parse(constraint: &str) -> Result<Constraint, WhyNot> {
        let mut tests = Vec::new();
        for condition in constraint.split(',') {
            tests.extend(terraform(condition).map_err(|reason| why_not(constraint, reason))?);
        }
        Ok(Constraint { alternatives: vec![tests], prereleases: Prereleases::Named })
    }

    /// Reads the grammar of chart dependencies, which is close to npm's: `^1.2`, `~1.2.3`, `1.x`, `>=1 <2`,
    /// `1.2 - 2.3`, `^1 || ^2`.
    ///
    /// # Errors
    /// What Helm refuses, an empty text among it.
    pub fn parse_npm(constraint: &str) -> Result<Constraint, WhyNot> {
        let alternatives: Result<Vec<Vec<Test>>, _> = constraint.split("||").map(npm).collect();
        match alternatives {
            Ok(alternatives) => Ok(Constraint { alternatives, prereleases: Prereleases::Mentioned }),
            Err(reason) => Err(why_not(constraint, reason)),
        }
    }

    /// Whether one version is allowed ([`Pin::Exact`]) or a range of them ([`Pin::Range`]), by how it is written:
    /// `>= 1.2.3, <= 1.2.3` is a range.
    pub fn pin(&self) -> Pin {
        match self.alternatives.as_slice() {
            [tests] if tests.iter().any(|test| matches!(test, Test::Equal(_))) => Pin::Exact,
            _ => Pin::Range,
        }
    }

    /// Whether the tool would take this version.
    pub fn allows(&self, version: &Semver) -> bool {
        self.alternatives.iter().any(|tests| {
            let may_be = !version.is_prerelease()
                || match self.prereleases {
                    Prereleases::Named => matches!(tests.as_slice(), [Test::Equal(_)]),
                    Prereleases::Mentioned => tests.iter().any(Test::mentions_a_prerelease),
                };
            may_be && tests.iter().all(|test| test.passes(version))
        })
    }
}

impl Test {
    fn passes(&self, version: &Semver) -> bool {
        match self {
            Test::Equal(it) => version == it,
            Test::NotEqual(it) => version != it,
            Test::Above(it) => version > it,
            Test::AtLeast(it) => version >= it,
            Test::Below(it) => version < it,
            Test::AtMost(it) => version <= it,
            Test::Outside(from, to) => version < from || version >= to,
        }
    }

    fn mentions_a_prerelease(&self) -> bool {
        match self {
            Test::Equal(it)
            | Test::NotEqual(it)
            | Test::Above(it)
            | Test::AtLeast(it)
            | Test::Below(it)
            | Test::AtMost(it) => it.is_named_prerelease(),
            Test::Outside(_, _) => false,
        }
    }
}

fn why_not(constraint: &str, reason: &'static str) -> WhyNot {
    WhyNot { reason, version: Version { constraint: Some(constraint.to_owned()), ..Version::only(Pin::Range) } }
}

const OPERATORS_OF_TERRAFORM: &[&str] = &["!=", "<=", ">=", "~>", "<", "=", ">"];

/// One condition of a Terraform constraint.
fn terraform(condition: &str) -> Result<Vec<Test>, &'static str> {
    let condition = condition.trim();
    if condition.is_empty() {
        return Err("a version constraint has a version before and after each comma");
    }
    let operator = OPERATORS_OF_TERRAFORM.iter().find(|it| condition.starts_with(**it)).copied().unwrap_or("");
    let version = condition[operator.len()..].trim_start();
    let Some((version, numbers)) = terraform_version(version) else {
        return Err(if condition.starts_with(['^', '~']) && operator.is_empty() {
            "Terraform has no `^` and `~` in version constraints; write `~>`"
        } else if condition.contains("||") {
            "Terraform has no `||` in version constraints"
        } else if version.split(['.', '-']).any(|part| matches!(part, "x" | "X" | "*")) {
            "Terraform has no `x` and `*` in version constraints; write `~> 1.0` for all of 1.x"
        } else if version.starts_with(|c: char| c.is_ascii_digit() || c == 'v') && version.contains(char::is_whitespace)
        {
            "version constraints are divided by commas"
        } else {
            "a version constraint is an operator (`=`, `!=`, `>`, `>=`, `<`, `<=`, `~>`) and a version like `1.2.3`"
        });
    };
    Ok(match operator {
        "!=" => vec![Test::NotEqual(version)],
        ">" => vec![Test::Above(version)],
        ">=" => vec![Test::AtLeast(version)],
        "<" => vec![Test::Below(version)],
        "<=" => vec![Test::AtMost(version)],
        // The last number that is written may grow: `~> 1.2.3` ends before 1.3, `~> 1` nowhere. With a prerelease it
        // is for prereleases only, and these have to be named by `=`: so it allows nothing.
        "~>" if version.is_prerelease() => vec![Test::Below(version.clone()), Test::Above(version)],
        "~>" => match numbers.split_last() {
            Some((_, rest @ [_, ..])) => vec![Test::AtLeast(version), Test::Below(next(rest))],
            _ => vec![Test::AtLeast(version)],
        },
        _ => vec![Test::Equal(version)],
    })
}

/// A version as HashiCorp's parser takes it, and the numbers that are written: `v` in lower case only, and a prerelease
/// that begins with a letter may do without its hyphen (`1.2.3rc1`).
fn terraform_version(text: &str) -> Option<(Semver, Vec<u64>)> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let core = &bare[..bare.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(bare.len())];
    let rest = &bare[core.len()..];
    let hyphen = if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '~') { "-" } else { "" };
    let version = match (core, hyphen) {
        // Nothing that `Semver` would take for a second `v`.
        ("", _) => None,
        (_, "") => Semver::parse(bare),
        _ => Semver::parse(&[core, hyphen, rest].concat()),
    }?;
    Some((version, core.split('.').filter_map(|it| it.parse().ok()).collect()))
}

/// Longer ones first.
const OPERATORS_OF_NPM: &[&str] = &["!=", "<=", "=<", "=>", ">=", "~>", "<", "=", ">", "^", "~"];

/// One alternative of a chart's constraint: conditions with blanks or commas between them.
fn npm(alternative: &str) -> Result<Vec<Test>, &'static str> {
    let mut tests = Vec::new();
    let mut rest = alternative.trim();
    if rest.is_empty() {
        return Err("a version range has no version in it");
    }
    loop {
        let operator = OPERATORS_OF_NPM.iter().find(|it| rest.starts_with(**it)).copied().unwrap_or("");
        rest = rest[operator.len()..].trim_start();
        let (version, after) = npm_version(rest)?;
        let (upper, after_range) = match hyphen_range(after).filter(|_| operator.is_empty()) {
            Some(upper) => npm_version(upper).map(|(upper, rest)| (Some(upper), rest))?,
            None => (None, after),
        };
        match upper {
            Some(upper) => {
                tests.extend(version.tests(">="));
                tests.extend(upper.tests("<="));
            }
            None => tests.extend(version.tests(operator)),
        }
        rest = after_range.trim_start();
        if rest.is_empty() {
            return Ok(tests);
        }
        rest = rest.strip_prefix(',').map_or(rest, str::trim_start);
    }
}

/// What follows the hyphen of `1.2 - 2.3`: a hyphen with blanks around it.
fn hyphen_range(after: &str) -> Option<&str> {
    let rest = after.trim_start();
    let upper = rest.strip_prefix('-').filter(|_| rest.len() < after.len())?;
    upper.starts_with(char::is_whitespace).then(|| upper.trim_start())
}

/// A version of a chart's constraint, of which parts may be open.
struct Open {
    /// The numbers before the first part that is open; at most three.
    numbers: Vec<u64>,
    /// With zeros for what is open.
    version: Semver,
}

/// Reads a version at the start of a text: `1`, `1.x`, `v1.2.3-rc.1`; what follows it comes back.
fn npm_version(text: &str) -> Result<(Open, &str), &'static str> {
    const NOT_A_VERSION: &str = "a version range has versions like `1.2.3`, `1.2` or `1.x`";
    let end = text.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(text.len());
    let (version, rest) = text.split_at(end);
    let bare = version.strip_prefix('v').unwrap_or(version);
    let (core, suffix) = bare.split_at(bare.find(['-', '+']).unwrap_or(bare.len()));
    let parts: Vec<&str> = core.split('.').collect();
    let is_open = |part: &&str| matches!(*part, "x" | "X" | "*");
    let is_part = |part: &&str| is_open(part) || part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty();
    if parts.len() > 3 || !parts.iter().all(is_part) {
        return Err(NOT_A_VERSION);
    }
    let closed: Vec<&str> = parts.into_iter().take_while(|part| !is_open(part)).collect();
    let numbers: Option<Vec<u64>> = closed.iter().map(|part| part.parse().ok()).collect();
    let numbers = numbers.ok_or(NOT_A_VERSION)?;
    let padded: Vec<String> = (0..3).map(|at| numbers.get(at).copied().unwrap_or(0).to_string()).collect();
    let version = Semver::parse(&format!("{}{suffix}", padded.join("."))).ok_or(NOT_A_VERSION)?;
    Ok((Open { numbers, version }, rest))
}

impl Open {
    /// What an operator asks of this version. Parts that are open widen it: `>1.2` begins at 1.3, `<=1` ends before 2.
    fn tests(self, operator: &str) -> Vec<Test> {
        let Open { numbers, version } = self;
        let is_open = numbers.len() < 3;
        // The first version after all those that the written parts stand for.
        let end = (!numbers.is_empty() && is_open).then(|| next(&numbers));
        match (operator, end) {
            ("!=", Some(end)) => vec![Test::Outside(Semver::before_prereleases(numbers), end)],
            ("!=", None) => vec![Test::NotEqual(version)],
            (">", Some(end)) => vec![Test::AtLeast(end)],
            (">", None) => vec![Test::Above(version)],
            (">=" | "=>", _) => vec![Test::AtLeast(version)],
            ("<", _) => vec![Test::Below(version)],
            ("<=" | "=<", Some(end)) => vec![Test::Below(end)],
            ("<=" | "=<", None) if is_open => Vec::new(),
            ("<=" | "=<", None) => vec![Test::AtMost(version)],
            ("^", _) => match caret_end(&numbers) {
                Some(end) => vec![Test::AtLeast(version), Test::Below(end)],
                None => vec![Test::AtLeast(version)],
            },
            // `~0.0.0` allows everything: that is the tool's own exception.
            ("~" | "~>", None) if is_open || numbers == [0, 0, 0] => vec![Test::AtLeast(version)],
            ("~" | "~>", None) => vec![Test::AtLeast(version), Test::Below(next(&numbers[..2]))],
            ("~" | "~>" | "" | "=", Some(end)) => vec![Test::AtLeast(version), Test::Below(end)],
            _ if is_open => vec![Test::AtLeast(version)],
            _ => vec![Test::Equal(version)],
        }
    }
}

/// `^`: up to the next change of the first number that isn't zero, or of the last that is written.
fn caret_end(numbers: &[u64]) -> Option<Semver> {
    let significant = numbers.iter().position(|it| *it > 0).unwrap_or(numbers.len().saturating_sub(1));
    numbers.get(..=significant).map(next)
}

/// Where the versions end that begin with these numbers, before the prereleases of what follows them.
fn next(numbers: &[u64]) -> Semver {
    let mut numbers = numbers.to_vec();
    if let Some(last) = numbers.last_mut() {
        *last = last.saturating_add(1);
    }
    Semver::before_prereleases(numbers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Constraint;
    use crate::origin::Pin;
    use crate::origin::version::Semver;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_panics(text in "[ 0-9.,<>=!~^|xXv*a-]{0,16}", version in "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}") {
            let version = Semver::parse(&version).unwrap();
            for constraint in [Constraint::parse(&text), Constraint::parse_npm(&text)].into_iter().flatten() {
                let _ = constraint.allows(&version);
                let _ = constraint.pin();
            }
        }

        #[test]
        fn a_version_alone_allows_itself_only(a in "[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}", b in "[0-9]\\.[0-9]\\.[0-9]") {
            let [version, other] = [&a, &b].map(|it| Semver::parse(it).unwrap());
            for constraint in [Constraint::parse(&a).unwrap(), Constraint::parse_npm(&a).unwrap()] {
                prop_assert_eq!(constraint.pin(), Pin::Exact);
                prop_assert!(constraint.allows(&version));
                prop_assert_eq!(constraint.allows(&other), version == other);
            }
        }
    }
}
