//! Elements of a page. Texts and values of attributes are escaped by construction: there is no way to write markup but by
//! an element.

use std::borrow::Cow;
use std::fmt::Write as _;

/// An element with what is in it.
#[derive(Clone, Debug)]
pub(super) struct Element {
    tag: &'static str,
    attributes: String,
    inside: String,
}

/// Elements that have no end.
const VOID: [&str; 4] = ["hr", "input", "line", "rect"];

/// An element of this name, with nothing in it.
pub(super) fn element(tag: &'static str) -> Element {
    Element { tag, attributes: String::new(), inside: String::new() }
}

impl Element {
    /// It with an attribute. What is named here must not be an address or a program: `href` is set by [`Self::link`].
    pub(super) fn set(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        debug_assert!(!name.starts_with("on") && !matches!(name, "href" | "src" | "style"), "{name}");
        self.attribute(name, value.as_ref());
        self
    }

    /// It with an attribute that needs no value.
    pub(super) fn is(self, name: &'static str) -> Self {
        self.set(name, "")
    }

    /// It with a class.
    pub(super) fn class(self, class: &'static str) -> Self {
        self.set("class", class)
    }

    /// It as a link within the page.
    pub(super) fn link(mut self, hash: &str) -> Self {
        self.attribute("href", &format!("#{hash}"));
        self
    }

    /// It with a text behind what is in it.
    pub(super) fn text(mut self, text: impl AsRef<str>) -> Self {
        escape(&shown(text.as_ref()), &mut self.inside);
        self
    }

    /// It with an element behind what is in it.
    #[expect(clippy::needless_pass_by_value, reason = "elements are made where they are given")]
    pub(super) fn with(mut self, it: Element) -> Self {
        it.write(&mut self.inside);
        self
    }

    /// It with elements behind what is in it.
    pub(super) fn all(mut self, all: impl IntoIterator<Item = Element>) -> Self {
        for it in all {
            it.write(&mut self.inside);
        }
        self
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.attributes.push(' ');
        self.attributes.push_str(name);
        if !value.is_empty() {
            self.attributes.push_str("=\"");
            escape(&shown(value), &mut self.attributes);
            self.attributes.push('"');
        }
    }

    /// Writes it.
    pub(super) fn write(&self, out: &mut String) {
        let Element { tag, attributes, inside } = self;
        // Writing to a text can't fail.
        let _ = match VOID.contains(tag) {
            true => write!(out, "<{tag}{attributes}/>"),
            false => write!(out, "<{tag}{attributes}>{inside}</{tag}>"),
        };
        if matches!(*tag, "tr" | "li" | "p" | "table" | "section" | "h2" | "h3" | "div" | "details") {
            out.push('\n');
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// Whether a character turns the order of what is written, ends a line, or can't be seen.
pub(super) fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A text as a page can show it: characters that mislead stand as escapes, so that no name looks like another one.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(misleads) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| if misleads(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escaped).collect())
}

#[cfg(test)]
mod tests {
    use super::{element, shown};

    #[test]
    fn nothing_leaves_its_element() {
        let mut page = String::new();
        let hostile = "</p><script>alert('1')</script>\" onclick=\"x&amp;";
        element("p").set("title", hostile).text(hostile).with(element("hr")).write(&mut page);
        let escaped = "&lt;/p&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onclick=&quot;x&amp;amp;";
        assert_eq!(page, format!("<p title=\"{escaped}\">{escaped}<hr/></p>\n"));
    }

    #[test]
    fn nothing_is_turned_around_or_unseen() {
        for (text, expected) in [
            ("it's ü 😀 العربية", "it's ü 😀 العربية"),
            ("main\u{202e}fr.tf", "main\\u{202e}fr.tf"),
            ("a\nb\u{0}", "a\\u{a}b\\u{0}"),
            ("shop\u{200b}", "shop\\u{200b}"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
