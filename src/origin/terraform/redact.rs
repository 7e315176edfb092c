//! Secrets in addresses: replaced before anything of an address reaches a fact.

use std::borrow::Cow;
use std::ops::Range;

use crate::origin::git::percent_decoded;

const REPLACEMENT: &str = "***";

/// Parameters that hold secrets, in lower case; sorted.
const SECRET_PARAMETERS: &[&str] = &["auth", "aws_access_key_id", "sas", "sig"];

/// Words in the names of parameters that hold secrets, in lower case; sorted.
const SECRET_WORDS: &[&str] = &[
    "api-key",
    "api_key",
    "apikey",
    "credential",
    "passphrase",
    "passw",
    "private_key",
    "privatekey",
    "pwd",
    "secret",
    "signature",
    "sshkey",
    "token",
];

/// What access tokens of forges and clouds begin with, and how many characters at least follow; sorted.
const TOKENS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("ATATT", 16),
    ("ATBB", 16),
    ("ATCTT", 16),
    ("gho_", 0),
    ("ghp_", 0),
    ("ghr_", 0),
    ("ghs_", 0),
    ("ghu_", 0),
    ("github_pat_", 0),
    ("glcbt-", 8),
    ("gldt-", 8),
    ("glpat-", 0),
    ("glptt-", 8),
    ("glrt-", 8),
];

/// An address with passwords, tokens and keys in it replaced by `***`; expressions (`${…}`) stay, they are no
/// secrets. Of a user without password in an `https` URL only `git` and Azure's organisation are kept: tokens are
/// written there too.
pub fn redact(text: &str) -> Cow<'_, str> {
    // Nearly all addresses hold none of what a secret needs: that is seen at a glance.
    let has = |byte: u8| memchr::memchr(byte, text.as_bytes()).is_some();
    let mut secrets: Vec<Range<usize>> = Vec::new();
    if has(b'@') {
        secrets.extend(user_secrets(text));
    }
    if has(b'=') {
        secrets.extend(parameter_secrets(text));
    }
    secrets.extend(token_secrets(text));
    secrets.retain(|secret| !secret.is_empty() && !is_expression(&text[secret.clone()]));
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    secrets.sort_by_key(|secret| (secret.start, secret.end));
    let mut redacted = String::with_capacity(text.len());
    let mut copied = 0;
    for secret in secrets {
        if secret.start >= copied {
            redacted.push_str(&text[copied..secret.start]);
            redacted.push_str(REPLACEMENT);
        }
        copied = copied.max(secret.end);
    }
    redacted.push_str(&text[copied..]);
    Cow::Owned(redacted)
}

fn is_expression(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}')
}

/// What is secret before the host of each URL in the text, or of an address without a scheme.
fn user_secrets(text: &str) -> Vec<Range<usize>> {
    let mut secrets = Vec::new();
    let start = text.find("::").map_or(0, |at| at + 2);
    if !text[start..start + authority_length(&text[start..])].ends_with(':') {
        secrets.extend(user_secret(text, "", start));
    }
    for (at, _) in text.match_indices("://") {
        let scheme = text[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '+').next().unwrap_or("");
        secrets.extend(user_secret(text, scheme, at + 3).or_else(|| broken_password(text, at + 3)));
    }
    secrets
}

/// The password of `user:password@host`, or all of `token@`.
fn user_secret(text: &str, scheme: &str, start: usize) -> Option<Range<usize>> {
    // A password may itself have an `@`; what ends the authority is a slash outside of expressions.
    let length = authority_length(&text[start..]);
    let user = &text[start..start + length].rsplit_once('@')?.0;
    let user_end = start + user.len();
    let is_web = scheme.len() >= 4 && scheme[..4].eq_ignore_ascii_case("http");
    match outside_expressions(user, |it| it == ':') {
        // A user before a password may be the token: `https://TOKEN:x-oauth-basic@github.com`.
        Some(_) if user.ends_with(":x-oauth-basic") || user.ends_with(':') => Some(start..user_end),
        Some(colon) if is_web && looks_like_a_token(&user[..colon]) => Some(start..user_end),
        Some(colon) => Some(start + colon + 1..user_end),
        None => {
            let path = text[user_end + 1..].split_once('/').map_or("", |(_, path)| path);
            let is_organisation = path.split('/').next() == Some(user);
            (is_web && *user != "git" && !is_organisation).then_some(start..user_end)
        }
    }
}

/// Long, without blanks or hyphens, and with digits.
fn looks_like_a_token(user: &str) -> bool {
    user.len() >= 20
        && user.bytes().any(|b| b.is_ascii_digit())
        && user.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A password with a slash, `?` or `#` in it, which should have been encoded: the authority seems to end within it, and
/// what follows the colon is no port.
fn broken_password(text: &str, start: usize) -> Option<Range<usize>> {
    let authority = &text[start..start + authority_length(&text[start..])];
    let colon = outside_expressions(authority, |it| it == ':')
        .filter(|_| !authority.contains('@') && !authority.starts_with('['))?;
    let port = &authority[colon + 1..];
    if port.bytes().all(|b| b.is_ascii_digit()) || port.starts_with("${") {
        return None;
    }
    let password = start + colon + 1;
    let rest = &text[password..];
    let rest = &rest[..rest.find([' ', '"', '\n']).unwrap_or(rest.len())];
    let end = rest.split('?').next().and_then(|it| it.rfind('@')).or_else(|| rest.find('@'))?;
    Some(password..password + end)
}

fn authority_length(text: &str) -> usize {
    outside_expressions(text, |it| matches!(it, '/' | '?' | '#' | '"' | ' ')).unwrap_or(text.len())
}

/// Where a character of those that are wanted is found first that isn't in `${…}`.
fn outside_expressions(text: &str, is_wanted: impl Fn(char) -> bool) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        match character {
            '{' if before == '$' || depth > 0 => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && is_wanted(character) => return Some(at),
            _ => {}
        }
        before = character;
    }
    None
}

fn parameter_secrets(text: &str) -> Vec<Range<usize>> {
    let mut secrets = Vec::new();
    for (at, _) in text.match_indices(['?', '&', '#', ';']) {
        // What lies between two parameters is no name.
        let Some(end) = text[at + 1..].find(['=', '&', '?', '#', ';', '/', ' ']) else { continue };
        let (name, rest) = text[at + 1..].split_at(end);
        // `ref` is what nearly all addresses have.
        if rest.starts_with('=') && name != "ref" && is_secret_parameter(name) {
            let pair_end = outside_expressions(&text[at + 1..], |it| it == '&').map_or(text.len(), |it| at + 1 + it);
            let Some((name, value)) = text[at + 1..pair_end].split_once('=') else { continue };
            let length = value.find(['"', ' ', '\n']).filter(|_| !value.starts_with("${")).unwrap_or(value.len());
            let start = at + 1 + name.len() + 1;
            secrets.push(start..start + length);
        }
    }
    secrets
}

fn is_secret_parameter(written: &str) -> bool {
    let name = percent_decoded(written).to_ascii_lowercase();
    let is_name = !name.contains(['&', '?', '#', ';', '/', ' ']);
    let is_listed = SECRET_PARAMETERS.binary_search(&name.as_str()).is_ok();
    is_name && (is_listed || SECRET_WORDS.iter().any(|word| name.contains(word)))
}

fn token_secrets(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    // One pass over the text, whatever the number of prefixes: every address comes here.
    memchr::memchr2_iter(b'A', b'g', text.as_bytes()).filter_map(move |at| {
        let rest = &text[at..];
        // Next to none of these letters begins a token: the one after it tells.
        let second = rest.as_bytes().get(1).filter(|it| matches!(it, b'K' | b'S' | b'T' | b'h' | b'i' | b'l'));
        second?;
        let is_token_of = |prefix: &str| prefix.as_bytes().get(1) == second && rest.starts_with(prefix);
        let (prefix, least) = TOKENS.iter().find(|(prefix, _)| is_token_of(prefix))?;
        let length = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
        (length >= prefix.len() + least).then(|| at..at + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(SECRET_PARAMETERS.is_sorted());
        assert!(SECRET_WORDS.is_sorted());
        assert!(TOKENS.is_sorted());
        // What `token_secrets` takes for granted.
        assert!(TOKENS.iter().all(|(prefix, _)| prefix.starts_with(['A', 'g'])));
    }

    #[test]
    fn secrets_are_replaced_and_nothing_else() {
        let cases = [
            ("git::https://user:s3cret@h/x.git?ref=v1", "git::https://user:***@h/x.git?ref=v1"),
            ("git::https://user:p@ss@h/x.git", "git::https://user:***@h/x.git"),
            ("git::https://0a1b2c3d@h/x.git", "git::https://***@h/x.git"),
            ("https://0a1b2c3d:x-oauth-basic@github.com/o/r", "https://***@github.com/o/r"),
            ("https://0a1b2c3d:@github.com/o/r", "https://***@github.com/o/r"),
            ("git::https://oauth2:glpat-abcDEF123@gitlab.com/o/r", "git::https://oauth2:***@gitlab.com/o/r"),
            ("git::ssh://git:pw@h/x.git", "git::ssh://git:***@h/x.git"),
            ("git::user:pw@h/x.git", "git::user:***@h/x.git"),
            ("git::https://h/x.git?ref=v1&sshkey=aGV//sbG8=", "git::https://h/x.git?ref=v1&sshkey=***"),
            ("git::https://h/x.git?sshkey=aGVsbG8=&ref=v1", "git::https://h/x.git?sshkey=***&ref=v1"),
            (
                "s3::https://s3.amazonaws.com/b/k.zip?aws_access_key_id=AK&aws_access_key_secret=SK&region=eu",
                "s3::https://s3.amazonaws.com/b/k.zip?aws_access_key_id=***&aws_access_key_secret=***&region=eu",
            ),
            ("https://h/m.zip?Private_Token=x&archive=zip", "https://h/m.zip?Private_Token=***&archive=zip"),
            ("https://h/ghp_0123456789abcdef/m.zip", "https://h/***/m.zip"),
            (
                "git::https://x-access-token:s3cret@github.com/o/r.git",
                "git::https://x-access-token:***@github.com/o/r.git",
            ),
            ("git::HTTPS://s3cret@h/x.git", "git::HTTPS://***@h/x.git"),
            ("https://0123456789abcdef0123:x@github.com/o/r", "https://***@github.com/o/r"),
            ("git::https://user:s3/cr@et@h/x.git?ref=v1", "git::https://user:***@h/x.git?ref=v1"),
            ("git::https://user:s3?cret@h/x.git", "git::https://user:***@h/x.git"),
            ("git::https://user:s3#cret@h/x.git", "git::https://user:***@h/x.git"),
            (
                "https://h/x.zip?checksum=file:https://user:s3cret@h/sums",
                "https://h/x.zip?checksum=file:https://user:***@h/sums",
            ),
            ("https://h/x.zip#access_token=s3cret", "https://h/x.zip#access_token=***"),
            ("https://h/x.zip?a=b;token=s3cret", "https://h/x.zip?a=b;token=***"),
            ("https://h/x.zip?access%5Ftoken=s3cret", "https://h/x.zip?access%5Ftoken=***"),
            ("https://h/x.zip?X-Amz-Credential=s3&X-Amz-Date=1", "https://h/x.zip?X-Amz-Credential=***&X-Amz-Date=1"),
            ("https://h/AKIAIOSFODNN7EXAMPLE/x.zip", "https://h/***/x.zip"),
            ("glpat-abcDEF123@gitlab.com:o/r.git", "***@gitlab.com:o/r.git"),
            ("git::https://glpat-abcDEF123@gitlab.com/o/r.git", "git::https://***@gitlab.com/o/r.git"),
            ("user:s3cret@github.com/o/r", "user:***@github.com/o/r"),
        ];
        for (text, expected) in cases {
            assert_eq!(redact(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        let cases = [
            "hashicorp/consul/aws",
            "git@github.com:o/r.git?ref=v1",
            "git::ssh://user@h/x.git",
            "git::https://git@h/x.git",
            "https://org@dev.azure.com/org/proj/_git/x",
            "git::https://oauth2:${var.token}@gitlab.com/o/r",
            "git::https://${var.token}@gitlab.com/o/r",
            "git::https://h/x.git?ref=${var.ref}&token=${var.token}",
            "./modules/a@b:c",
            "github.com/o/r?ref=release/a@b",
            "git::https://h/x.git//a@b?ref=v1",
            "git::https://h:8443/x.git//a@b?ref=v1",
            "git::ssh://git@h:7999/x.git//a@b",
            "git::https://[2001:db8::1]:8443/x.git//a@b",
            "git::https://h:${var.port}/x.git//a@b",
            "https://s3-AKIA.example.org/ASIA/x.zip",
            "https://h/token/x.zip?archive=zip&checksum=md5:0123",
            "",
        ];
        for text in cases {
            assert!(matches!(redact(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
