//! Secrets in addresses: replaced before anything of an address reaches a fact.

use std::borrow::Cow;
use std::ops::Range;

const REPLACEMENT: &str = "***";

/// Query parameters that hold secrets, in lower case; sorted.
const SECRET_PARAMETERS: &[&str] = &[
    "access_token",
    "api_key",
    "apikey",
    "auth",
    "aws_access_key_id",
    "aws_access_key_secret",
    "aws_access_token",
    "aws_secret_access_key",
    "client_secret",
    "job_token",
    "passwd",
    "password",
    "private_token",
    "secret",
    "sig",
    "signature",
    "sshkey",
    "token",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
    "x-goog-signature",
];

/// What access tokens of forges begin with; sorted.
const TOKEN_PREFIXES: &[&str] = &["gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_", "glpat-"];

/// An address with passwords, tokens and keys in it replaced by `***`; expressions (`${…}`) stay, they are no
/// secrets. Of a user without password in an `https` URL only `git` and Azure's organisation are kept: tokens are
/// written there too.
pub fn redact(text: &str) -> Cow<'_, str> {
    // Nearly all addresses hold none of what a secret needs: that is seen at a glance.
    let has = |byte: u8| memchr::memchr(byte, text.as_bytes()).is_some();
    let mut secrets: Vec<Range<usize>> = Vec::new();
    if has(b'@') {
        secrets.extend(user_secret(text));
    }
    if has(b'=') {
        secrets.extend(parameter_secrets(text));
    }
    if has(b'_') || has(b'-') && text.contains("glpat-") {
        secrets.extend(token_secrets(text));
    }
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

/// The password of `scheme://user:password@host`, or all of `token@`.
fn user_secret(text: &str) -> Option<Range<usize>> {
    let (scheme, start) = match text.find("://") {
        Some(at) => {
            let scheme_start =
                text[..at].rfind(|c: char| !c.is_ascii_alphanumeric() && c != '+').map_or(0, |it| it + 1);
            (&text[scheme_start..at], at + 3)
        }
        None => ("", text.find("::").map_or(0, |at| at + 2)),
    };
    // A password may itself have an `@`; what ends the authority is a slash outside of expressions.
    let length = authority_length(&text[start..]);
    let user = &text[start..start + length].rsplit_once('@')?.0;
    let user_end = start + user.len();
    match outside_expressions(user, ':') {
        // A user before a password may be the token: `https://TOKEN:x-oauth-basic@github.com`.
        Some(_) if user.ends_with(":x-oauth-basic") || user.ends_with(':') => Some(start..user_end),
        Some(colon) => Some(start + colon + 1..user_end),
        None => {
            let path = text[user_end + 1..].split_once('/').map_or("", |(_, path)| path);
            let is_organisation = path.split('/').next() == Some(user);
            (scheme.starts_with("http") && *user != "git" && !is_organisation).then_some(start..user_end)
        }
    }
}

fn authority_length(text: &str) -> usize {
    let slash = ['/', '?', '#', '"', ' '].iter().filter_map(|&end| outside_expressions(text, end)).min();
    slash.unwrap_or(text.len())
}

/// Where a character is found first that isn't in `${…}`.
fn outside_expressions(text: &str, wanted: char) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        match character {
            '{' if before == '$' || depth > 0 => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && character == wanted => return Some(at),
            _ => {}
        }
        before = character;
    }
    None
}

fn parameter_secrets(text: &str) -> Vec<Range<usize>> {
    let mut secrets = Vec::new();
    for (at, _) in text.match_indices(['?', '&']) {
        let Some((name, _)) = text[at + 1..].split_once('=') else { continue };
        if SECRET_PARAMETERS.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            let pair_end = outside_expressions(&text[at + 1..], '&').map_or(text.len(), |it| at + 1 + it);
            let Some((name, value)) = text[at + 1..pair_end].split_once('=') else { continue };
            let length = value.find(['"', ' ', '\n']).filter(|_| !value.starts_with("${")).unwrap_or(value.len());
            let start = at + 1 + name.len() + 1;
            secrets.push(start..start + length);
        }
    }
    secrets
}

fn token_secrets(text: &str) -> impl Iterator<Item = Range<usize>> {
    TOKEN_PREFIXES.iter().flat_map(|prefix| text.match_indices(prefix)).map(|(at, _)| {
        let is_token = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let length = text[at..].find(|c| !is_token(c)).unwrap_or(text.len() - at);
        at..at + length
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(SECRET_PARAMETERS.is_sorted());
        assert!(TOKEN_PREFIXES.is_sorted());
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
            "",
        ];
        for text in cases {
            assert!(matches!(redact(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
