//! Simulations of Gatling that put no load on anything: one user is let in, once.

/// What the tables of evidence call it.
pub(super) const TOOL: &str = "gatling";

/// Functions that let users in; sorted.
const INJECTIONS: &[&str] = &[
    "atOnceUsers",
    "constantConcurrentUsers",
    "constantUsersPerSec",
    "heavisideUsers",
    "incrementConcurrentUsers",
    "incrementUsersPerSec",
    "rampConcurrentUsers",
    "rampUsers",
    "rampUsersPerSec",
    "splitUsers",
    "stressPeakUsers",
];

/// Those of them that let in as many users as their argument says; sorted.
const COUNTED: &[&str] = &["atOnceUsers", "rampUsers"];

/// Whether the only thing that a simulation lets in is one user, written out as a number.
pub(super) fn is_of_one_user(text: &str) -> bool {
    let mut calls = text.lines().flat_map(calls);
    let is_one = calls.next().is_some_and(|(name, argument)| COUNTED.contains(&name) && argument == "1");
    is_one && calls.next().is_none()
}

/// The calls of [`INJECTIONS`] in a line, with all that stands in the first pair of brackets; comments are left out.
fn calls(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let line = line.trim_start();
    let line = if line.starts_with('*') { "" } else { line.split("//").next().unwrap_or(line) };
    line.match_indices('(').filter_map(move |(at, _)| {
        let before = line[..at].trim_end();
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |it| it + 1);
        // A letter of several bytes is part of another name.
        let name = before.get(start..)?;
        let argument = line[at + 1..].split(')').next().unwrap_or("").trim();
        INJECTIONS.binary_search(&name).is_ok().then_some((name, argument))
    })
}

#[cfg(test)]
mod tests {
    use super::{COUNTED, INJECTIONS, is_of_one_user};

    #[test]
    fn tables_are_sorted() {
        assert!(INJECTIONS.is_sorted());
        assert!(COUNTED.is_sorted());
    }

    #[test]
    fn one_user() {
        for (text, expected) in [
            ("setUp(scn.inject(atOnceUsers(1))).protocols(http)", true),
            ("setUp(\n  scn.injectOpen(rampUsers(1).during(10))\n)", true),
            ("setUp(scn.inject( atOnceUsers( 1 ) ))\n// rampUsers(200)", true),
            ("setUp(scn.inject(atOnceUsers(10)))", false),
            ("setUp(scn.inject(atOnceUsers(users)))", false),
            ("setUp(scn.inject(atOnceUsers(1), rampUsers(50) during 60))", false),
            ("setUp(a.inject(atOnceUsers(1)), b.inject(atOnceUsers(1)))", false),
            ("setUp(scn.inject(rampUsersPerSec(1) to 20 during 60))", false),
            ("setUp(scn.inject(constantUsersPerSec(1).during(3600)))", false),
            ("setUp(scn.inject(profile))", false),
            ("// setUp(scn.inject(atOnceUsers(1)))\nsetUp(scn.inject(profile))", false),
            ("é(atOnceUsers(1))", true),
        ] {
            assert_eq!(is_of_one_user(text), expected, "{text}");
        }
    }
}
