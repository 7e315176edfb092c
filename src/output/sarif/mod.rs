//! SARIF 2.1.0 for GitHub code scanning: one file a repository, one run a file.
//!
//! The types are our own and hold what code scanning reads, no more; what it requires can't be left out: a result
//! without a place can't be built. Limits are code scanning's ("SARIF support for code scanning", GitHub Docs).
//! Maturity is no vulnerability, so no `security-severity` is given.

mod log;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::io::{self, Write};

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use self::log::{
    ArtifactLocation, AutomationDetails, Configuration, Driver, Fingerprints, Help, Invocation, Log, Message,
    Notification, PhysicalLocation, Provenance, Region, RelatedLocation, RootLocation, Rule, RuleProperties, Run,
    SarifLocation, SarifResult, Tool,
};
use crate::facts::Identity;
use crate::measure::findings::Finding;
use crate::report::RepoReport;
use crate::rules::{FindingLevel, FindingRule, Precision};
use crate::source::Location;

/// Where to read about the program; empty until the package says.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// What relative paths are relative to: the repository's root, under the name CodeQL gives it.
const ROOT: &str = "%SRCROOT%";

/// Code scanning's category of what a repository has.
const CATEGORY: &str = "levelset/";

/// Code scanning keeps no more results of a run.
const MAX_RESULTS: usize = 5_000;
/// Code scanning shows no more places of a result.
const MAX_RELATED: usize = 100;
/// Characters of a rule's name.
const MAX_NAME: usize = 255;
/// Characters of a rule's short and full description.
const MAX_DESCRIPTION: usize = 1_024;

/// Bytes of a file's name, and of a folder's, without the ending: file systems have room for 255.
const MAX_FILE_NAME: usize = 200;

/// Writes the SARIF file of a repository; also without findings, so that alerts close.
///
/// The most important results come first. Those beyond code scanning's limit are left out, and a notification says
/// how many.
///
/// # Errors
/// Those of `out`.
pub fn write(repo: &RepoReport, rules: &[FindingRule], out: &mut dyn Write) -> io::Result<()> {
    write_as(CATEGORY, repo, rules, out)
}

/// The same under another category: results of one category take the place of each other.
pub(super) fn write_as(
    category: &'static str,
    repo: &RepoReport,
    rules: &[FindingRule],
    out: &mut dyn Write,
) -> io::Result<()> {
    let index = |finding: &Finding| rules.iter().position(|rule| rule.id == finding.rule);
    let mut ordered: Vec<(usize, &Finding)> =
        repo.findings.iter().filter_map(|finding| Some((index(finding)?, finding))).collect();
    debug_assert_eq!(ordered.len(), repo.findings.len(), "a finding names a rule that isn't there");
    ordered.sort_by_key(|(rule, finding)| (Reverse(rules[*rule].level), &finding.at, *rule, &finding.key));
    let n_cut = ordered.len().saturating_sub(MAX_RESULTS);
    ordered.truncate(MAX_RESULTS);

    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "levelset",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: HOME,
                    rules: rules.iter().map(rule).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: cut_notification(n_cut),
            }],
            automation_details: AutomationDetails { id: category },
            version_control_provenance: repo.identity.as_ref().filter(|it| is_addressable(it)).map(|identity| {
                [Provenance {
                    repository_uri: address(identity),
                    revision_id: repo.commit.as_deref(),
                    branch: repo.branch.as_deref().map(full_ref),
                    mapped_to: RootLocation { uri_base_id: ROOT },
                }]
            }),
            column_kind: "utf16CodeUnits",
            results: ordered.into_iter().map(|(rule, finding)| result(rule, &rules[rule], finding)).collect(),
        }],
    };
    serde_json::to_writer(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn rule(rule: &FindingRule) -> Rule<'_> {
    let FindingRule { id, title, why, remedy, level, precision, find } = rule;
    // An empty text is refused.
    let or_id = |text| if str::trim(text).is_empty() { id.as_str() } else { text };
    Rule {
        id,
        name: display_name(id),
        short_description: Message { text: shortened(or_id(title), MAX_DESCRIPTION) },
        full_description: Message { text: shortened(or_id(why), MAX_DESCRIPTION) },
        help: help(or_id(title), or_id(why), or_id(remedy), &find.words(), id),
        help_uri: help_uri(id),
        default_configuration: Configuration { level: level_name(*level) },
        properties: RuleProperties {
            tags: ["platform-engineering"],
            precision: match precision {
                Precision::Low => "low",
                Precision::Medium => "medium",
                Precision::High => "high",
                Precision::VeryHigh => "very-high",
            },
            problem_severity: match level {
                FindingLevel::Note => "recommendation",
                FindingLevel::Warning => "warning",
                FindingLevel::Error => "error",
            },
        },
    }
}

/// What was found, why it matters, what to do, and where to read more.
fn help(title: &str, why: &str, remedy: &str, how: &str, id: &str) -> Help {
    let (text, markdown) = match help_uri(id) {
        Some(uri) => (format!("More: {uri}"), format!("[More about `{id}`]({uri})")),
        None => (format!("More: levelset explain {id}"), format!("More: `levelset explain {id}`")),
    };
    Help {
        text: format!("{title}\n\n{why}\n\nWhat to do: {remedy}\n\nHow it is found: {how}\n\n{text}"),
        markdown: format!(
            "## {title}\n\n{why}\n\n**What to do**: {remedy}\n\n**How it is found**: {how}\n\n{markdown}"
        ),
    }
}

/// Where a rule is documented, in the version that found it; nothing until the package names its repository.
fn help_uri(id: &str) -> Option<String> {
    (!HOME.is_empty()).then(|| format!("{HOME}/blob/v{}/docs/rules.md#{id}", env!("CARGO_PKG_VERSION")))
}

/// The id as the name SARIF wants beside it, which must differ: `PinnedModules` for `pinned-modules`.
fn display_name(id: &str) -> String {
    let mut name = String::new();
    for part in id.split('-') {
        let mut chars = part.chars();
        name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(chars.as_str());
    }
    shortened(&name, MAX_NAME).into_owned()
}

fn result<'a>(rule_index: usize, rule: &'a FindingRule, finding: &'a Finding) -> SarifResult<'a> {
    let Finding { repo: _, rule: _, at, message, related, key } = finding;
    let text = if message.trim().is_empty() { rule.title.as_str() } else { message };
    SarifResult {
        rule_id: &rule.id,
        rule_index,
        level: level_name(rule.level),
        message: Message { text: Cow::Borrowed(text) },
        location: SarifLocation { physical_location: physical_location(at) },
        related_locations: related
            .iter()
            .take(MAX_RELATED)
            .zip(1..)
            .map(|((at, what), id)| RelatedLocation {
                id,
                physical_location: physical_location(at),
                message: Message { text: Cow::Borrowed(what) },
            })
            .collect(),
        partial_fingerprints: Fingerprints {
            primary_location_line_hash: at.line_hash.map(|hash| hash.to_string()),
            key: fingerprint(&rule.id, key),
        },
    }
}

/// What tells a finding by its rule and key: `levelset/v1`.
pub(crate) fn fingerprint(rule: &str, key: &str) -> String {
    format!("{:032x}", xxh3_128(format!("{rule}\0{key}").as_bytes()))
}

fn physical_location(at: &Location) -> PhysicalLocation<'_> {
    let Location { path, line, column, end_line, end_column, line_hash: _ } = at;
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri: uri(path), uri_base_id: ROOT },
        region: Region { start_line: *line, start_column: *column, end_line: *end_line, end_column: *end_column },
    }
}

fn cut_notification(n_cut: usize) -> Option<[Notification; 1]> {
    if n_cut == 0 {
        return None;
    }
    let text = format!(
        "{n_cut} more findings are left out: code scanning keeps {MAX_RESULTS} of a run. The most important are here."
    );
    Some([Notification { level: "warning", message: Message { text: Cow::Owned(text) } }])
}

fn level_name(level: FindingLevel) -> &'static str {
    match level {
        FindingLevel::Note => "note",
        FindingLevel::Warning => "warning",
        FindingLevel::Error => "error",
    }
}

/// Whether forges have repositories of this name. Names outside of ASCII are no names on GitHub, and validators don't take
/// all of them for addresses, however they are encoded.
fn is_addressable(identity: &Identity) -> bool {
    let Identity { host, owner, name } = identity;
    [host, owner, name].iter().all(|it| it.is_ascii() && !it.is_empty())
}

/// The address of a repository, as people open it.
fn address(identity: &Identity) -> String {
    let Identity { host, owner, name } = identity;
    format!("https://{host}/{}/{}", uri(owner), uri(name))
}

/// Where a repository's file lies below the SARIF folder: `owner/name.sarif`. Names that a file system would read as
/// something else are taken apart by percent-encoding, and of those longer than a file's name may be the end is a hash.
pub fn file_name(repo: &str) -> String {
    let encoded = |part: &str| match part {
        "" => "_".to_owned(),
        "." | ".." => part.replace('.', "%2E"),
        _ => uri(part).replace(['*', ':'], "_"),
    };
    let part = |part: &str| match encoded(part) {
        // It is ASCII.
        it if it.len() > MAX_FILE_NAME => format!("{}-{:016x}", &it[..MAX_FILE_NAME - 17], xxh3_64(part.as_bytes())),
        it => it,
    };
    format!("{}.sarif", repo.split('/').map(part).collect::<Vec<_>>().join("/"))
}

fn full_ref(branch: &str) -> Cow<'_, str> {
    if branch.starts_with("refs/") { Cow::Borrowed(branch) } else { Cow::Owned(format!("refs/heads/{branch}")) }
}

/// A repository-relative path as a relative URI (RFC 3986): everything but `/` and the characters a segment may hold
/// is percent-encoded, byte by byte. The colon too, because a first segment with one would be read as a scheme.
fn uri(path: &str) -> Cow<'_, str> {
    let stands = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@/".contains(&b);
    if path.bytes().all(stands) {
        return Cow::Borrowed(path);
    }
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(path.len() + 16);
    for b in path.bytes() {
        if stands(b) {
            encoded.push(char::from(b));
        } else {
            let hex = |nibble: u8| char::from(HEX[usize::from(nibble)]);
            encoded.extend(['%', hex(b >> 4), hex(b & 15)]);
        }
    }
    Cow::Owned(encoded)
}

/// The text, cut with an ellipsis to at most so many UTF-16 units, which is never fewer than characters.
fn shortened(text: &str, max: usize) -> Cow<'_, str> {
    if text.encode_utf16().count() <= max {
        return Cow::Borrowed(text);
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > max - 1
    });
    let end = end.map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…", text[..end].trim_end()))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::{Value, json};

    use super::{file_name, shortened, uri, write};
    use crate::facts::Identity;
    use crate::measure::findings::Finding;
    use crate::report::RepoReport;
    use crate::rules::{Find, FindingLevel, FindingRule, Precision};
    use crate::source::{LineHash, Location};

    fn rule(id: &str, level: FindingLevel) -> FindingRule {
        FindingRule {
            id: id.to_owned(),
            title: "Modules are pinned".to_owned(),
            why: "An unpinned module changes under your feet.".to_owned(),
            remedy: "Pin it: `?ref=v1.2.3`.".to_owned(),
            level,
            precision: Precision::VeryHigh,
            find: Find::FloatingImageTag {},
        }
    }

    fn at(path: &str, line: u32) -> Location {
        let line_hash = Some(LineHash { hash: 0xc129_715d_7a2b_c9a3, occurrence: 2 });
        Location { path: path.into(), line, column: 3, end_line: line, end_column: 9, line_hash }
    }

    /// A finding of the rule with this index; [`written`] puts in its id.
    fn finding(rule: usize, path: &str, line: u32) -> Finding {
        Finding {
            repo: 0,
            rule: rule.to_string(),
            message: "Module x is not pinned.".to_owned(),
            at: at(path, line),
            related: Vec::new(),
            key: "k".to_owned(),
        }
    }

    fn written(rules: &[FindingRule], findings: &[Finding]) -> Value {
        let of_rule =
            |it: &Finding| Finding { rule: rules[it.rule.parse::<usize>().unwrap()].id.clone(), ..it.clone() };
        let identity = |part: &str| part.to_owned();
        let repo = RepoReport {
            id: "acme/shop".to_owned(),
            identity: Some(Identity { host: identity("github.com"), owner: identity("acme"), name: identity("shop") }),
            commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
            branch: Some("main".to_owned()),
            findings: findings.iter().map(of_rule).collect(),
            ..RepoReport::default()
        };
        let mut out = Vec::new();
        write(&repo, rules, &mut out).unwrap();
        assert!(out.ends_with(b"\n"));
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn the_shape_is_what_code_scanning_reads() {
        let mut one = finding(0, "infra/main.tf", 7);
        one.related.push((at("README.md", 1), "where it is documented".to_owned()));
        let region = |line: u32| json!({"startLine": line, "startColumn": 3, "endLine": line, "endColumn": 9});
        assert_eq!(
            written(&[rule("pinned-modules", FindingLevel::Warning)], &[one]),
            json!({
                "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
                "version": "2.1.0",
                "runs": [{
                    "tool": {"driver": {"name": "levelset", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": [{
                        "id": "pinned-modules",
                        "name": "PinnedModules",
                        "shortDescription": {"text": "Modules are pinned"},
                        "fullDescription": {"text": "An unpinned module changes under your feet."},
                        "help": {
                            "text": "Modules are pinned\n\nAn unpinned module changes under your feet.\n\n\
                                What to do: Pin it: `?ref=v1.2.3`.\n\nHow it is found: Base images in production whose \
                                tag is meant to move, and those without a tag that aren't shared by the organisation.\n\n\
                                More: levelset explain pinned-modules",
                            "markdown": "## Modules are pinned\n\nAn unpinned module changes under your feet.\n\n\
                                **What to do**: Pin it: `?ref=v1.2.3`.\n\n**How it is found**: Base images in production \
                                whose tag is meant to move, and those without a tag that aren't shared by the \
                                organisation.\n\nMore: `levelset explain pinned-modules`",
                        },
                        "defaultConfiguration": {"level": "warning"},
                        "properties": {"tags": ["platform-engineering"], "precision": "very-high", "problem.severity": "warning"},
                    }]}},
                    "invocations": [{"executionSuccessful": true}],
                    "automationDetails": {"id": "levelset/"},
                    "versionControlProvenance": [{
                        "repositoryUri": "https://github.com/acme/shop",
                        "revisionId": "0123456789abcdef0123456789abcdef01234567",
                        "branch": "refs/heads/main",
                        "mappedTo": {"uriBaseId": "%SRCROOT%"},
                    }],
                    "columnKind": "utf16CodeUnits",
                    "results": [{
                        "ruleId": "pinned-modules",
                        "ruleIndex": 0,
                        "level": "warning",
                        "message": {"text": "Module x is not pinned."},
                        "locations": [{"physicalLocation": {
                            "artifactLocation": {"uri": "infra/main.tf", "uriBaseId": "%SRCROOT%"},
                            "region": region(7),
                        }}],
                        "relatedLocations": [{
                            "id": 1,
                            "physicalLocation": {"artifactLocation": {"uri": "README.md", "uriBaseId": "%SRCROOT%"}, "region": region(1)},
                            "message": {"text": "where it is documented"},
                        }],
                        "partialFingerprints": {
                            "primaryLocationLineHash": "c129715d7a2bc9a3:2",
                            // XXH3 of the rule's id, a NUL and the key.
                            "levelset/v1": "395eec85b93cf7fbdf00f7c8aee5e410",
                        },
                    }],
                }],
            })
        );
    }

    #[test]
    fn a_clean_repository_has_a_file_too() {
        let log = written(&[rule("a", FindingLevel::Note)], &[]);
        assert_eq!(log["runs"][0]["results"], json!([]));
        let plain = RepoReport { id: "_/folder".to_owned(), ..RepoReport::default() };
        let mut out = Vec::new();
        write(&plain, &[], &mut out).unwrap();
        let log: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(log["runs"][0].get("versionControlProvenance"), None);
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"], json!([]));
    }

    #[test]
    fn the_most_important_come_first_and_the_rest_is_told() {
        let rules = [
            rule("note", FindingLevel::Note),
            rule("error", FindingLevel::Error),
            rule("warning", FindingLevel::Warning),
        ];
        let mut findings: Vec<Finding> = (1..=5_001).map(|line| finding(0, "a", line)).collect();
        findings.push(finding(2, "b", 1));
        findings.push(finding(1, "c", 1));
        let log = written(&rules, &findings);
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 5_000);
        assert_eq!((&results[0]["ruleId"], &results[1]["ruleId"]), (&json!("error"), &json!("warning")));
        let last = &results[4_999]["locations"][0]["physicalLocation"]["region"]["startLine"];
        assert_eq!(last, &json!(4_998));
        let notice = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
        assert!(notice["message"]["text"].as_str().unwrap().starts_with("3 more findings"), "{notice}");
        findings.reverse();
        assert_eq!(written(&rules, &findings), log, "the order of findings must not show");
    }

    #[test]
    fn fingerprints_tell_rules_apart_and_ignore_lines() {
        let rules = [rule("a", FindingLevel::Note), rule("b", FindingLevel::Note)];
        let log = written(&rules, &[finding(0, "x", 1), finding(0, "x", 2), finding(1, "x", 3)]);
        let key = |n: usize| log["runs"][0]["results"][n]["partialFingerprints"]["levelset/v1"].clone();
        assert_eq!(key(0), key(1));
        assert_ne!(key(0), key(2));
        let mut unread = finding(0, "x", 1);
        unread.at.line_hash = None;
        let log = written(&rules, &[unread]);
        assert_eq!(log["runs"][0]["results"][0]["partialFingerprints"].as_object().unwrap().len(), 1);
    }

    #[test]
    fn empty_texts_are_filled() {
        let mut bare = rule("some-rule", FindingLevel::Note);
        (bare.title, bare.why, bare.remedy) = (String::new(), " ".to_owned(), String::new());
        bare.title = "T".to_owned();
        let mut silent = finding(0, "x", 1);
        silent.message = String::new();
        let log = written(&[bare], &[silent]);
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][0]["fullDescription"]["text"], "some-rule");
        assert_eq!(log["runs"][0]["results"][0]["message"]["text"], "T");
    }

    #[test]
    fn uris() {
        for (path, expected) in [
            ("a/b.tf", "a/b.tf"),
            ("my ci.yml", "my%20ci.yml"),
            ("a#b?c", "a%23b%3Fc"),
            ("100%", "100%25"),
            ("ä/😀.tf", "%C3%A4/%F0%9F%98%80.tf"),
            ("a\nb\r\t\0", "a%0Ab%0D%09%00"),
            ("\"'`", "%22'%60"),
            ("c:/x", "c%3A/x"),
            ("{{ x }}/[a]|^\\<>", "%7B%7B%20x%20%7D%7D/%5Ba%5D%7C%5E%5C%3C%3E"),
            ("-._~!$&'()*+,;=@", "-._~!$&'()*+,;=@"),
            (".github/CODEOWNERS", ".github/CODEOWNERS"),
        ] {
            assert_eq!(uri(path), expected, "{path}");
        }
        assert!(matches!(uri("a/b"), Cow::Borrowed(_)));
    }

    #[test]
    fn file_names_stay_below_their_folder() {
        for (repo, expected) in [
            ("acme/shop", "acme/shop.sarif"),
            ("group/sub/shop", "group/sub/shop.sarif"),
            ("_/my folder", "_/my%20folder.sarif"),
            ("../../etc", "%2E%2E/%2E%2E/etc.sarif"),
            ("/etc//cron", "_/etc/_/cron.sarif"),
            ("", "_.sarif"),
        ] {
            assert_eq!(file_name(repo), expected);
        }
        let [a, b] = ["a", "b"].map(|end| file_name(&format!("acme/{}{end}", "ü".repeat(300))));
        assert_eq!((a.len(), a == b), ("acme/.sarif".len() + 200, false));
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("abcd", 3), "ab…");
        assert_eq!(shortened("ab cd", 4), "ab…");
        assert_eq!(shortened("😀😀", 3), "😀…");
        assert_eq!(shortened("é😀é", 4), "é😀é");
        let mut long = rule(&"n".repeat(300), FindingLevel::Error);
        (long.title, long.why) = ("ü".repeat(2_000), "😀".repeat(2_000));
        let log = written(&[long], &[]);
        let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
        let units = |text: &Value| text.as_str().unwrap().encode_utf16().count();
        assert_eq!(units(&rule["name"]), 255);
        assert_eq!(units(&rule["shortDescription"]["text"]), 1_024);
        // 511 characters of two units and the ellipsis.
        assert_eq!(units(&rule["fullDescription"]["text"]), 1_023);
    }
}
