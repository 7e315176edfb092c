//! The report as one page that opens from disk: no network, no framework, nothing beside it.
//!
//! What a reader asks first is written here, so that it is there without JavaScript ([`first`], [`sections`]). Lists that
//! may be long are drawn by the page's program (`page.js`) from the data in the page ([`data`]), some rows at a time.
//! The page's policy allows its own style and program by their hashes, and nothing else: no request, no inline handler.

mod coverage;
mod data;
mod element;
mod first;
mod sections;

use std::io::{self, Write};

use self::element::{Element, element};
use crate::output::links;
use crate::report::Report;

const STYLE: &str = include_str!("page.css");
const PROGRAM: &str = include_str!("page.js");

/// Writes the page.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut body = String::new();
    definitions().write(&mut body);
    first::header(report).write(&mut body);
    let main = element("main").set("id", "main").set("tabindex", "-1");
    main.all(first::first_screen(report)).all(sections::all(report)).write(&mut body);
    first::footer(report).write(&mut body);
    let data = data::json(report)?;
    // The hashes are of what stands between the tags, byte by byte.
    let (style, program) = (hash(STYLE), hash(PROGRAM));
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style}'; \
        script-src 'sha256-{program}'; base-uri 'none'; form-action 'none'\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">"
    )?;
    let mut head = String::new();
    element("title").text(format!("{}: platform maturity", first::owners(report))).write(&mut head);
    writeln!(out, "{head}\n<style>{STYLE}</style>\n</head>\n<body>\n{body}")?;
    writeln!(out, "<script type=\"application/json\" id=\"data\">{data}</script>")?;
    writeln!(out, "<script>{PROGRAM}</script>\n</body>\n</html>")
}

/// How what can't be told is drawn in bars.
fn definitions() -> Element {
    let hatch = element("pattern")
        .set("id", "hatch")
        .set("width", "5")
        .set("height", "5")
        .set("patternUnits", "userSpaceOnUse")
        .set("patternTransform", "rotate(45)")
        .with(element("line").class("hatch-line").set("x1", "1").set("y1", "0").set("x2", "1").set("y2", "5"));
    element("svg").class("definitions").set("aria-hidden", "true").with(element("defs").with(hatch))
}

/// The SHA-256 of a text in base64, as policies name what they allow.
fn hash(text: &str) -> String {
    let mut hasher = gix_hash::hasher(gix_hash::Kind::Sha256);
    hasher.update(text.as_bytes());
    // Only SHA-1 looks for collisions, and could fail.
    hasher.try_finalize().map(|it| base64(it.as_bytes())).unwrap_or_default()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// A heading that can be linked to, of a section named by it.
fn section(id: &'static str, heading: &str, lead: &str) -> Element {
    let title = element("h2").set("id", format!("{id}-heading")).text(heading);
    let section = element("section").set("id", id).set("aria-labelledby", format!("{id}-heading")).with(title);
    if lead.is_empty() { section } else { section.with(element("p").class("lead").text(lead)) }
}

/// What stands where only the program of the page draws something.
fn drawn(id: &'static str, what: &str) -> Element {
    let sentence = format!(
        "{what} are listed here where JavaScript is allowed. summary.json, which `--out` writes too, has them."
    );
    element("div").set("id", id).class("drawn").with(element("noscript").with(element("p").text(sentence)))
}

/// A verdict as its mark and its word: the shape tells it as well as the colour.
fn verdict_mark(it: crate::measure::Verdict) -> Element {
    use crate::measure::Verdict;
    let (class, mark) = match it {
        Verdict::Met => ("mark met", "✓"),
        Verdict::NotMet => ("mark not-met", "✗"),
        Verdict::Unknown => ("mark unknown", "?"),
        Verdict::NotApplicable => ("mark not-applicable", "–"),
    };
    element("span")
        .class(class)
        .with(element("span").set("aria-hidden", "true").text(mark))
        .text(format!(" {}", it.words()))
}

/// A name of a scanned repository, which opens what there is to say of it.
fn repository(id: &str) -> Element {
    element("a").class("repository").link(&format!("repository/{}", links::segments(id))).text(shorter(id))
}

/// A name that is not longer than names are; the whole of it where it is opened.
fn shorter(name: &str) -> String {
    const MOST: usize = 120;
    match name.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &name[..at]),
        None => name.to_owned(),
    }
}

/// A word as it begins a sentence.
fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::{PROGRAM, STYLE, base64, hash};

    #[test]
    fn hashes_are_those_of_policies() {
        for (bytes, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
        // printf %s abc | sha256sum | xxd -r -p | base64
        assert_eq!(hash("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }

    #[test]
    fn what_is_built_in_ends_no_element() {
        assert!(!STYLE.contains("</") && !PROGRAM.contains("</") && !PROGRAM.contains("<!--"));
        // A carriage return would be read as a line feed, and the hash would be of something else.
        assert!(!STYLE.contains('\r') && !PROGRAM.contains('\r'));
        // The policy would refuse them.
        assert!(!PROGRAM.contains("innerHTML") && !PROGRAM.contains("eval("));
    }
}
