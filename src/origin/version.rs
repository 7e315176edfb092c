//! Versions and their order: `v1.2.3-rc.1+build`, as semantic versioning sorts them, with one number or more.
//!
//! What allows a version is in [`constraint`](super::constraint); whether a text is a version at all, where it could
//! be a branch or the name of a variant, is [`version_parts`](super::version_parts).

/// A version. Versions that differ in their build, their `v` or in zeros at the end (`1.2`, `v1.2.0+7`) are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Semver {
    /// At least three numbers, and no zero at the end beyond them: so versions of all lengths compare as they should.
    numbers: Vec<u64>,
    stage: Stage,
}

/// A prerelease comes before its release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Stage {
    /// Its identifiers; none stands for the point before all prereleases.
    Prerelease(Vec<Identifier>),
    Release,
}

/// One of the parts of a prerelease, which dots divide: numbers come before words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Identifier {
    Number(u64),
    Word(String),
}

impl Semver {
    /// Reads `1`, `v1.2`, `1.2.3-rc.1+build`. `None` for what isn't a version, and for numbers beyond 64 bits.
    pub fn parse(text: &str) -> Option<Semver> {
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (core, suffix) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
        let (prerelease, build) = match suffix.split_once('+') {
            Some((prerelease, build)) => (prerelease, Some(build)),
            None => (suffix, None),
        };
        if build.is_some_and(|build| identifiers(build).is_none()) {
            return None;
        }
        let prerelease = match prerelease.strip_prefix('-') {
            Some(prerelease) => Some(identifiers(prerelease)?),
            None => None,
        };
        let numbers: Option<Vec<u64>> = core.split('.').map(number).collect();
        Some(Semver::new(numbers?, prerelease.map_or(Stage::Release, Stage::Prerelease)))
    }

    /// Whether this comes before a release.
    pub fn is_prerelease(&self) -> bool {
        matches!(self.stage, Stage::Prerelease(_))
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.number(0)
    }

    /// The second number; 0 where it isn't written.
    pub fn minor(&self) -> u64 {
        self.number(1)
    }

    /// The third number; 0 where it isn't written.
    pub fn patch(&self) -> u64 {
        self.number(2)
    }

    /// Whether this is a prerelease that somebody wrote, not a point between versions.
    pub(crate) fn is_named_prerelease(&self) -> bool {
        matches!(&self.stage, Stage::Prerelease(identifiers) if !identifiers.is_empty())
    }

    /// The point before all prereleases of the release with these numbers.
    pub(crate) fn before_prereleases(numbers: Vec<u64>) -> Semver {
        Semver::new(numbers, Stage::Prerelease(Vec::new()))
    }

    fn new(mut numbers: Vec<u64>, stage: Stage) -> Semver {
        while numbers.len() > 3 && numbers.last() == Some(&0) {
            numbers.pop();
        }
        numbers.resize(numbers.len().max(3), 0);
        Semver { numbers, stage }
    }

    fn number(&self, at: usize) -> u64 {
        self.numbers.get(at).copied().unwrap_or(0)
    }
}

fn number(text: &str) -> Option<u64> {
    // `parse` alone would take `+1`.
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The parts of a prerelease or build; none may be empty. HashiCorp's versions have the `~` of Debian's too.
fn identifiers(text: &str) -> Option<Vec<Identifier>> {
    let is_identifier =
        |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'~'));
    let part = |it: &str| number(it).map_or_else(|| Identifier::Word(it.to_owned()), Identifier::Number);
    text.split('.').map(|it| is_identifier(it).then(|| part(it))).collect()
}

#[cfg(test)]
mod tests {
    use super::Semver;

    fn version(text: &str) -> Semver {
        Semver::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn versions_in_their_order() {
        let ordered = [
            "0.0.0-0",
            "0",
            "0.0.1",
            "0.9.12",
            "0.10.0",
            "1.0.0-1",
            "1.0.0-2",
            "1.0.0-11",
            "1.0.0--",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0-rc.1.0",
            "v1",
            "1.0.0.1",
            "1.0.1",
            "1.1-rc1",
            "v1.1",
            "1.1.0.0.1",
            "1.2.3",
            "1.2.3.4",
            "1.2.4",
            "2.0.0",
            "10.0.0",
            "2024.01.15",
            "20240115",
            "18446744073709551615.0.0",
        ];
        for (at, left) in ordered.iter().enumerate() {
            for (other, right) in ordered.iter().enumerate() {
                assert_eq!(version(left).cmp(&version(right)), at.cmp(&other), "{left} {right}");
            }
        }
    }

    #[test]
    fn spellings_of_one_version() {
        let same = [
            ("1", "1.0.0"),
            ("1.2", "v1.2.0"),
            ("V1.2.3", "1.2.3"),
            ("1.2.3.0", "1.2.3"),
            ("1.2.3.0.0", "1.2.3"),
            ("1.2.3+a", "1.2.3+b.7"),
            ("1.2.3-rc.1+a-b", "1.2.3-rc.1"),
            ("01.02.03", "1.2.3"),
            ("1-rc", "1.0.0-rc"),
        ];
        for (left, right) in same {
            assert_eq!(version(left), version(right), "{left} {right}");
        }
        let it = version("v1.20-rc.1");
        assert_eq!((it.major(), it.minor(), it.patch(), it.is_prerelease()), (1, 20, 0, true));
        assert!(!version("1.2.3+rc").is_prerelease());
    }

    #[test]
    fn what_is_no_version() {
        let cases = [
            "",
            "v",
            "vv1",
            "1.",
            ".1",
            "1..2",
            "1.2.x",
            "1.2.3-",
            "1.2.3-a..b",
            "1.2.3+",
            "1.2.3+a+b",
            "1.2.3-a_b",
            "1.2.3 ",
            " 1.2.3",
            "1.2.3rc1",
            "+1.2.3",
            "-1",
            "main",
            "9facf9f",
            "release-1.2.3",
            "18446744073709551616",
            "１.2.3",
        ];
        for text in cases {
            assert_eq!(Semver::parse(text), None, "{text}");
        }
    }
}
