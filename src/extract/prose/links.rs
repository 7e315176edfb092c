//! The links that a document lists: those of items of lists, rows of tables and headings, and those with a text that
//! stand alone on a line, as a section's link to its page does. What sentences mention in passing is no list of what
//! there is.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::syntax::prose::Format;

/// A document lists something from so many links on.
pub(super) const FEWEST: usize = 3;

/// How many links of a document are kept.
const MOST: usize = 500;

/// How links begin behind their text, and those that are an address alone.
static LINK_STARTS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| [Finder::new("]("), Finder::new("https://")]);

/// The links of a list, as they are written, without anchors; none where there are fewer than three. Markdown and
/// AsciiDoc are read, and no pictures, links into the document itself or addresses of mail.
pub(super) fn listed(text: &str, format: Format) -> BTreeSet<&str> {
    let mut found = match format {
        Format::Markdown => of_markdown(text),
        Format::Asciidoc => of_asciidoc(text),
        Format::Restructured => BTreeSet::new(),
    };
    if found.len() < FEWEST {
        found.clear();
    }
    found
}

/// Parts of addresses behind which stands the path of a file or folder in a repository.
const PATH_MARKS: &[&str] = &["/blob/", "/src/branch/", "/src/tag/", "/tree/"];

/// Names that pages, and what is shown in them, end in; sorted.
const PAGE_ENDINGS: &[&str] =
    &["adoc", "asciidoc", "gif", "htm", "html", "jpeg", "jpg", "markdown", "md", "pdf", "png", "rst", "svg", "txt"];

/// Whether a link leads to a repository, or to a file or folder in one, that is no other page.
pub(super) fn is_place(link: &str) -> bool {
    let name = link.rsplit('/').next().unwrap_or(link);
    let is_readme = name.get(.."readme.".len()).is_some_and(|it| it.eq_ignore_ascii_case("readme."));
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    if ending.is_some_and(|it| PAGE_ENDINGS.binary_search(&it.as_str()).is_ok()) && !is_readme {
        return false;
    }
    let Some((_, address)) = link.split_once("://") else { return true };
    let segments = address.trim_end_matches('/').split('/').count();
    segments == 3 || PATH_MARKS.iter().any(|it| address.contains(it))
}

/// The links that a text in AsciiDoc lists.
fn of_asciidoc(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut fence: Option<&str> = None;
    for line in text.lines().map(str::trim) {
        let is_of = |mark: &&&str| line.len() >= 4 && line.trim_start_matches(**mark).is_empty();
        let opens = ["-", ".", "/", "+"].iter().find(is_of).copied();
        match (fence, opens) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
            (None, None) => {
                let (links, beside) = of_asciidoc_line(line);
                if !links.is_empty() && (is_asciidoc_item(line) || !beside.contains(char::is_alphanumeric)) {
                    found.extend(links.into_iter().filter_map(useful));
                }
            }
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// Whether a line is an item of a list, with as many marks as it is deep, a cell of a table or a heading.
fn is_asciidoc_item(line: &str) -> bool {
    let is_marked = |mark: char| line.trim_start_matches(mark).starts_with(' ') && line.starts_with(mark);
    line.starts_with('|') || ['*', '-', '.', '='].into_iter().any(is_marked) || line.contains(":: ")
}

/// What links begin with that have their text in square brackets behind them.
const ASCIIDOC_LINKS: [&str; 4] = ["link:", "xref:", "https://", "http://"];

/// The targets of the links of a line in AsciiDoc, and what stands beside them.
fn of_asciidoc_line(line: &str) -> (Vec<&str>, String) {
    let (mut links, mut beside) = (Vec::new(), String::new());
    let mut rest = line;
    while let Some((at, mark)) = ASCIIDOC_LINKS.iter().filter_map(|it| Some((rest.find(it)?, *it))).min() {
        beside.push_str(&rest[..at]);
        let target = &rest[at..];
        let target = if mark.ends_with("//") { target } else { &target[mark.len()..] };
        let end = target.find(|c: char| c.is_whitespace() || "[]<>|\"".contains(c)).unwrap_or(target.len());
        links.push(target[..end].trim_end_matches(['.', ',', ';', ':']));
        let after = &target[end..];
        let text = after.strip_prefix('[').and_then(|it| it.find(']')).map_or(0, |it| it + 2);
        rest = &after[text..];
    }
    beside.push_str(rest);
    (links, beside)
}

/// The links that a text in Markdown lists.
fn of_markdown(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let [mut written, mut bare] = LINK_STARTS.each_ref().map(|it| it.find_iter(text.as_bytes()).peekable());
    if written.clone().take(FEWEST).count() + bare.clone().take(FEWEST).count() < FEWEST {
        return found;
    }
    let mut fence: Option<&str> = None;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        let links_here = [&mut written, &mut bare].map(|it| std::iter::from_fn(|| it.next_if(|at| *at < end)).count());
        let line = line.trim();
        let opens = ["```", "~~~"].into_iter().find(|it| line.starts_with(it));
        match (fence, opens) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
            (None, None) if links_here == [0, 0] => {}
            (None, None) => {
                let (links, beside) = of_line(line);
                let stands_alone = line.contains("](") && !beside.contains(char::is_alphanumeric);
                if is_item(line) || stands_alone {
                    found.extend(links.into_iter().filter_map(useful));
                }
            }
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// Whether a line is an item of a list, a row of a table or a heading.
fn is_item(line: &str) -> bool {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line.starts_with(['|', '#'])
        || ["- ", "* ", "+ "].iter().any(|it| line.starts_with(it))
        || digits > 0 && [". ", ") "].iter().any(|it| line[digits..].starts_with(it))
        // Rows of tables may begin without a bar.
        || line.contains(" | ")
}

/// The targets of a line's links, and what stands beside the links.
fn of_line(line: &str) -> (Vec<&str>, String) {
    let (mut links, mut beside) = (Vec::new(), String::new());
    let mut rest = line;
    loop {
        let (written, bare) = (rest.find("]("), rest.find("https://"));
        match (written, bare) {
            // An address may be the text of a link too.
            (Some(at), bare) if bare.is_none_or(|it| at < it || rest[..it].ends_with('[')) => {
                let (before, after) = (&rest[..at], &rest[at + 2..]);
                let Some(end) = after.find(')') else { break };
                // The text of a link may be a picture: then the link that is meant is the next.
                let text = before.rfind('[').unwrap_or(at);
                let is_picture = before[..text].ends_with('!');
                beside.push_str(&before[..text]);
                if !is_picture {
                    let target = after[..end].split_whitespace().next().unwrap_or("");
                    links.push(target.trim_start_matches('<').trim_end_matches('>'));
                }
                rest = &after[end + 1..];
            }
            (_, Some(at)) => {
                let end = rest[at..].find(|c: char| c.is_whitespace() || "<>()|\"'`[]".contains(c));
                let end = end.map_or(rest.len(), |it| at + it);
                beside.push_str(&rest[..at]);
                links.push(rest[at..end].trim_end_matches(['.', ',', ';', ':', '*', '_']));
                rest = &rest[end..];
            }
            _ => break,
        }
    }
    beside.push_str(rest);
    (links, beside)
}

/// A link to another page, without its anchor.
fn useful(link: &str) -> Option<&str> {
    let link = link.split('#').next().unwrap_or(link);
    let is_address = link.starts_with("https://") || link.starts_with("http://");
    (!link.is_empty() && (is_address || !link.contains(':'))).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::{PAGE_ENDINGS, is_place, listed, of_asciidoc_line, of_line};
    use crate::syntax::prose::Format;

    #[test]
    fn links_of_a_line() {
        for (line, links, beside) in [
            ("- [vpc](modules/vpc): networks", vec!["modules/vpc"], "- : networks"),
            ("| [a](x/a \"A\") | [b](<x/b>) |", vec!["x/a", "x/b"], "|  |  |"),
            ("See https://example.org/a.", vec!["https://example.org/a"], "See "),
            ("![logo](logo.png)", vec![], "!"),
            ("[![build](https://example.org/b.svg)](https://example.org/b)", vec!["https://example.org/b"], "[!"),
            ("[https://example.org](https://example.org/x)", vec!["https://example.org/x"], ""),
            ("[open](", vec![], "[open]("),
        ] {
            assert_eq!(of_line(line), (links, beside.to_owned()), "{line}");
        }
    }

    #[test]
    fn what_a_document_lists() {
        let list = |text: &'static str| listed(text, Format::Markdown).into_iter().collect::<Vec<_>>();
        let three = "# Modules\n- [a](a#inputs)\n* [b](b)\n1. [c](./c/README.md)\n- [up](#modules)\n";
        assert_eq!(list(three), ["./c/README.md", "a", "b"]);
        let headings = "## [a](a)\n**[b](b)**\n\n| what | where |\n| c | https://example.org/c |\n";
        assert_eq!(list(headings), ["a", "b", "https://example.org/c"]);
        // Two are no list, sentences mention, code shows.
        assert_eq!(list("- [a](a)\n- [b](b)\n"), [""; 0]);
        assert_eq!(list("Look at [a](a).\nThen at [b](b).\nAnd [c](c) too.\n"), [""; 0]);
        assert_eq!(list("```\n- [a](a)\n- [b](b)\n- [c](c)\n```\n"), [""; 0]);
        assert_eq!(list("https://example.org/a\nhttps://example.org/b\nhttps://example.org/c\n"), [""; 0]);
        assert_eq!(list("- [a](mailto:a@example.org)\n- [b](b)\n- [c](c)\n"), [""; 0]);
        assert!(listed(three, Format::Restructured).is_empty());
    }

    #[test]
    fn links_of_asciidoc() {
        for (line, links, beside) in [
            ("* https://example.org/a[A]: b", vec!["https://example.org/a"], "* : b"),
            ("** link:modules/a[A], xref:b.adoc#x[B]", vec!["modules/a", "b.adoc#x"], "** , "),
            ("See https://example.org/a.", vec!["https://example.org/a"], "See "),
            ("link:a", vec!["a"], ""),
            ("nothing", vec![], "nothing"),
        ] {
            assert_eq!(of_asciidoc_line(line), (links, beside.to_owned()), "{line}");
        }
        let list = |text: &'static str| listed(text, Format::Asciidoc).into_iter().collect::<Vec<_>>();
        let three = "= Modules\n\n* link:a[A]\n** xref:b[B]\n\n|===\n| https://example.org/c[C] | what\n|===\n";
        assert_eq!(list(three), ["a", "b", "https://example.org/c"]);
        // Two are no list, sentences mention, code shows.
        assert_eq!(list("* link:a[A]\n* link:b[B]\n"), [""; 0]);
        assert_eq!(list("Look at link:a[A], link:b[B] and link:c[C].\n"), [""; 0]);
        assert_eq!(list("----\n* link:a[A]\n* link:b[B]\n* link:c[C]\n----\n"), [""; 0]);
    }

    #[test]
    fn places_in_repositories() {
        assert!(PAGE_ENDINGS.is_sorted());
        for (link, expected) in [
            ("https://github.com/acme/modules", true),
            ("https://github.com/acme/modules/", true),
            ("https://github.com/acme/modules/tree/main/modules/vpc", true),
            ("https://gitlab.com/acme/ci/-/blob/v1/build.yml", true),
            ("https://github.com/acme/modules/blob/main/modules/vpc/README.md", true),
            ("https://github.com/acme/modules/blob/main/docs/how.md", false),
            ("https://github.com/acme/modules/pull/1", false),
            ("https://example.org/guides/vpc/start", false),
            ("../modules/vpc", true),
            ("../modules/vpc/README.adoc", true),
            ("other.md", false),
            ("../images/a.PNG", false),
        ] {
            assert_eq!(is_place(link), expected, "{link}");
        }
    }
}
