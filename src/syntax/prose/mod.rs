//! Texts for people (Markdown, AsciiDoc, reStructuredText) → headings, steps of procedures, sentences and code, in the
//! order of the file and with their places. What a text looks like is left out.

mod lines;
mod markdown;

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Markdown.
    Markdown,
    /// AsciiDoc.
    Asciidoc,
    /// reStructuredText.
    Restructured,
}

impl Format {
    /// What a file of this name is written in; Markdown where the name says nothing else.
    pub fn of(name: &str) -> Self {
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "adoc" | "asciidoc" => Format::Asciidoc,
            "rst" => Format::Restructured,
            _ => Format::Markdown,
        }
    }
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub what: What,
    /// Its text, without markup as far as that is known.
    pub text: String,
    /// Where it begins.
    pub at: usize,
    /// Whether it lies in a step, and says more of it.
    pub in_step: bool,
}

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A heading, with its level: 1 is the highest.
    Heading(u8),
    /// A step: an item of an ordered list that lies in no other item, an item of a check list, a row of a table of
    /// steps; with the number that its list begins with, for the first of a list.
    Step(Option<u64>),
    /// Sentences.
    Text,
    /// Code, or what to type.
    Code,
    /// A picture.
    Image,
}

/// Reads a text.
pub fn read(text: &str, format: Format) -> Vec<Part> {
    match format {
        Format::Markdown => markdown::read(text),
        Format::Asciidoc => lines::read(text, &lines::ASCIIDOC),
        Format::Restructured => lines::read(text, &lines::RESTRUCTURED),
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, What, read};

    fn told(text: &str, format: Format) -> String {
        let part = |it: super::Part| {
            let kind = match it.what {
                What::Heading(level) => format!("h{level}"),
                What::Step(Some(first)) => format!("s{first}"),
                What::Step(None) => "s".to_owned(),
                What::Text => "t".to_owned(),
                What::Code => "c".to_owned(),
                What::Image => "i".to_owned(),
            };
            let inside = if it.in_step { "+" } else { "" };
            assert!(text.is_char_boundary(it.at), "{text}");
            format!("{kind}{inside}:{}", it.text.trim())
        };
        read(text, format).into_iter().map(part).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn markdown() {
        for (text, expected) in [
            ("# One *two*\n\ntext\n", "h1:One two|t:text"),
            ("1. a\n2. b\n   more\n3) c\n", "s1:a|s:b more|s3:c"),
            ("1. a\n   1. nested\n   - also\n2. b\n", "s1:a|t+:nested|t+:also|s:b"),
            ("1. a\n\n   ```sh\n   make x\n   ```\n\n1. b\n", "s1:a|c+:make x|s:b"),
            ("1. a\n```sh\nx\n```\n1. b", "s1:a|c:x|s1:b"),
            ("- a\n- b\n", "t:a|t:b"),
            ("- [ ] a\n- [x] b\n", "s1:a|s:b"),
            ("- a\n  1. b\n  2. c\n", "t:a|t:b|t:c"),
            ("| Step | What |\n|---|---|\n| 1 | do it |\n| 2 | and that |\n", "t:Step What|s1:1 do it|s:2 and that"),
            ("| Name | What |\n|---|---|\n| 1 | do it |\n", "t:Name What|t:1 do it"),
            ("![shot](a.png) and [link](https://x.example)\n", "i:a.png|t:and link https://x.example"),
            ("<!-- 1. no -->\n`code`\n", "t:code"),
            ("", ""),
        ] {
            assert_eq!(told(text, Format::Markdown), expected, "{text}");
        }
    }

    #[test]
    fn asciidoc() {
        for (text, expected) in [
            (
                "= Title\n\n== Deploy\n\nText.\n\n. one\n+\n----\nmake x\n----\n.. nested\n. two\n* [ ] check\n",
                "h1:Title|h2:Deploy|t:Text.|s1:one|c:make x|t+:nested|s:two|s:check",
            ),
            (".Title of a block\n----\nx\n----\n// comment\n", "t:Title of a block|c:x"),
        ] {
            assert_eq!(told(text, Format::Asciidoc), expected, "{text}");
        }
    }

    #[test]
    fn restructured() {
        for (text, expected) in [
            (
                "Title\n=====\n\nDeploy\n------\n\n1. one\n#. two\n\n   1. nested\n\n.. code-block:: sh\n\n   make x\n\n3. three\n",
                "h1:Title|h2:Deploy|s1:one|s:two|t+:nested|c:make x|s:three",
            ),
            ("====\nOver\n====\ntext\n", "h1:Over|t:text"),
        ] {
            assert_eq!(told(text, Format::Restructured), expected, "{text}");
        }
    }

    #[test]
    fn hostile_texts_end() {
        for it in [
            "1. ",
            "> ",
            "- [ ] ",
            "```\n",
            "| Step |\n|---|\n",
            "= ",
            "----\n",
            ".. x::\n",
            "[a](",
            "é\n=\n",
            "* * *\n",
        ] {
            for format in [Format::Markdown, Format::Asciidoc, Format::Restructured] {
                read(it, format);
                read(&it.repeat(2_000), format);
            }
        }
    }
}
