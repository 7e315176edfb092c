//! Texts of scripts and pipelines with their variables put in, as far as the file itself says what they are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Stands in a [`Text`] for a part that isn't known: a character that no file has.
pub(super) const OPEN: char = '\u{2}';

/// Begins a path that starts at the repository's root, wherever the script runs.
pub(super) const ROOT: char = '\u{1}';

/// The name under which a script's last substituted command is looked up.
pub(super) const SUBSTITUTION: &str = "$()";

/// A text of which parts may not be known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// The text, with [`OPEN`] for each part that isn't known.
    pub(super) text: String,
    /// The name of the first part that isn't known.
    pub(super) open: Option<String>,
}

impl Text {
    /// A text of which all is known.
    pub(super) fn known(text: impl Into<String>) -> Self {
        Text { text: text.into(), open: None }
    }

    /// The text, where all of it is known.
    pub(super) fn literal(&self) -> Option<&str> {
        self.open.is_none().then_some(self.text.as_str())
    }

    /// What is known of its beginning.
    pub(super) fn prefix(&self) -> &str {
        self.text.split(OPEN).next().unwrap_or("")
    }

    fn push_open(&mut self, name: &str) {
        self.text.push(OPEN);
        self.open.get_or_insert_with(|| name.to_owned());
    }

    fn push(&mut self, other: Text) {
        let Text { text, open } = other;
        self.text.push_str(&text);
        if self.open.is_none() {
            self.open = open;
        }
    }
}

/// The variables of a script or pipeline: those of the shell by their names, those of expressions by their paths
/// (`matrix.version`). Every job, step and script takes those around it over, and most add none: they share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(Arc<BTreeMap<String, Option<String>>>);

impl Variables {
    /// Gives a variable a value; none where it is set to something that isn't known.
    pub(crate) fn set(&mut self, name: &str, value: Option<&str>) {
        // A variable without a value is as good as none.
        if value != self.get(name) {
            Arc::make_mut(&mut self.0).insert(name.to_owned(), value.map(str::to_owned));
        }
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_deref()
    }

    /// A word of a shell with its variables put in: `$NAME`, `${NAME}`, `${NAME:-default}`, `${{ path }}`.
    pub(super) fn expand(&self, word: &str) -> Text {
        self.expand_to(word, 0)
    }

    fn expand_to(&self, word: &str, depth: usize) -> Text {
        let mut out = Text::default();
        let mut rest = word;
        while let Some(dollar) = rest.find('$') {
            out.text.push_str(&rest[..dollar]);
            rest = &rest[dollar..];
            let taken = if let Some(inside) = rest.strip_prefix("${{") {
                let end = inside.find("}}").unwrap_or(inside.len());
                self.put(inside[..end].trim(), &mut out);
                (3 + end + 2).min(rest.len())
            } else if let Some(inside) = rest.strip_prefix("${") {
                let end = closing(inside);
                self.parameter(&inside[..end], depth, &mut out);
                (2 + end + 1).min(rest.len())
            } else if rest.starts_with("$(())") {
                out.push_open("a sum");
                5
            } else if rest.starts_with(SUBSTITUTION) {
                self.put(SUBSTITUTION, &mut out);
                3
            } else {
                let length = name_length(&rest[1..]);
                match rest[1..].chars().next() {
                    _ if length > 0 => {
                        self.put(&rest[1..1 + length], &mut out);
                        1 + length
                    }
                    Some(c) if c.is_ascii_digit() || matches!(c, '@' | '*' | '#' | '?' | '$' | '!') => {
                        out.push_open(&rest[..2]);
                        2
                    }
                    Some(_) | None => {
                        out.text.push('$');
                        1
                    }
                }
            };
            rest = &rest[taken..];
            if out.text.len() > MAX_TEXT {
                out.push_open("its end");
                return out;
            }
        }
        out.text.push_str(rest);
        out
    }

    /// A value of a compose file with its variables put in: `$$` is a dollar.
    pub(super) fn interpolate(&self, text: &str) -> Text {
        let mut out = Text::default();
        for (n, part) in text.split("$$").enumerate() {
            if n > 0 {
                out.text.push('$');
            }
            out.push(self.expand(part));
        }
        out
    }

    /// The same as one text, in which what isn't known stays an expression.
    pub(crate) fn interpolated(&self, text: &str) -> String {
        let Text { text, open } = self.interpolate(text);
        match open {
            Some(name) => text.replace(OPEN, &format!("${{{name}}}")),
            None => text,
        }
    }

    fn put(&self, name: &str, out: &mut Text) {
        match self.get(name) {
            Some(value) => out.text.push_str(value),
            None if name == SUBSTITUTION => out.push_open("a command's output"),
            None => out.push_open(name),
        }
    }

    /// What stands between the braces of `${…}`.
    fn parameter(&self, inside: &str, depth: usize, out: &mut Text) {
        let length = name_length(inside);
        let (name, operator) = inside.split_at(length);
        let default = [":-", ":=", "-", "="].iter().find_map(|sign| operator.strip_prefix(sign));
        match default {
            _ if operator.is_empty() || operator.starts_with([':', '?']) && operator.contains('?') => {
                self.put(name, out);
            }
            Some(_) if self.get(name).is_some() => self.put(name, out),
            Some(default) if depth < MAX_DEPTH => out.push(self.expand_to(default, depth + 1)),
            Some(_) | None => out.push_open(inside),
        }
    }
}

/// Texts are not put together beyond this: no address, path or version is as long.
const MAX_TEXT: usize = 16 * 1024;
/// No path is longer, on any system.
const MAX_PATH: usize = 4096;
/// Marks are not looked for beyond this.
const MAX_MARK: usize = 1024;

/// How deep defaults of defaults are followed.
const MAX_DEPTH: usize = 5;

/// Where the brace closes that is open at the start.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return at,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// How many bytes at the start are the name of a variable.
pub(super) fn name_length(text: &str) -> usize {
    let is_start = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let length = text.bytes().position(|b| !b.is_ascii_alphanumeric() && b != b'_').unwrap_or(text.len());
    if is_start { length } else { 0 }
}

/// How a file marks what is put in before a shell sees its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    /// `$(NAME)`, `${NAME}` and `$N`, with `$$` for a dollar: makefiles.
    Make,
    /// `$(name)`: Azure Pipelines.
    Azure,
    /// `{{name}}`: justfiles.
    Just,
    /// `{{.NAME}}`: Taskfiles.
    Task,
    /// `<< path >>`: CircleCI.
    Circle,
}

/// A text with what its file puts in; what isn't known becomes an expression (`${{ name }}`), which a shell's words
/// keep whole. Line breaks stay where they are.
pub(crate) fn fill_in<'t>(text: &'t str, marks: Marks, variables: &Variables) -> Cow<'t, str> {
    let opening = match marks {
        Marks::Make | Marks::Azure => "$",
        Marks::Just | Marks::Task => "{{",
        Marks::Circle => "<<",
    };
    if !text.contains(opening) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(opening) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (name, taken) = match mark(rest, marks) {
            Some(found) => found,
            None => {
                // A dollar for the shell, an escape, a here-document.
                let (text, taken) = match marks {
                    Marks::Make if rest.starts_with("$$") => ("$", 2),
                    Marks::Just if rest.starts_with("{{{{") => ("{{", 4),
                    _ => (opening, opening.len()),
                };
                out.push_str(text);
                rest = &rest[taken..];
                continue;
            }
        };
        match variables.get(name) {
            Some(value) if out.len() < 2 * text.len() + MAX_TEXT => out.push_str(value),
            Some(_) | None => {
                out.push_str("${{ ");
                out.push_str(if name.contains(['\n', '}']) { "…" } else { name });
                out.push_str(" }}");
                out.extend(rest[..taken].matches('\n'));
            }
        }
        rest = &rest[taken..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The name in a mark at the start of a text, and how many bytes the mark has.
fn mark(text: &str, marks: Marks) -> Option<(&str, usize)> {
    let end = (0..=MAX_MARK.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let text = &text[..end];
    let between = |open: &str, close: &str| {
        let inside = text.strip_prefix(open)?;
        let end = inside.find(close)?;
        Some((&inside[..end], open.len() + end + close.len()))
    };
    match marks {
        Marks::Make => {
            let rest = &text[1..];
            let close = match rest.as_bytes().first()? {
                b'(' => b')',
                b'{' => b'}',
                b'$' | b' ' | b'\t' | b'\n' => return None,
                _ => return Some((&rest[..rest.chars().next()?.len_utf8()], 1 + rest.chars().next()?.len_utf8())),
            };
            let open = rest.as_bytes()[0];
            let mut depth = 0_usize;
            let end = rest.bytes().position(|byte| {
                depth += usize::from(byte == open);
                depth -= usize::from(byte == close);
                depth == 0
            })?;
            Some((&rest[1..end], 1 + end + 1))
        }
        Marks::Azure => {
            let (name, taken) = between("$(", ")")?;
            let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
            // Anything else is a substitution of the shell.
            (name.contains('.') || !name.is_empty() && variables_name(name)).then_some(())?;
            name.bytes().all(is_name).then_some((name, taken))
        }
        Marks::Just => between("{{", "}}").filter(|_| !text.starts_with("{{{{")).map(|(name, n)| (name.trim(), n)),
        Marks::Task => {
            let (name, taken) = between("{{", "}}")?;
            Some((name.trim_matches(['-', ' ']).strip_prefix('.').unwrap_or(name.trim()), taken))
        }
        Marks::Circle => {
            let (name, taken) = between("<<", ">>")?;
            (!name.contains('\n')).then(|| (name.trim(), taken))
        }
    }
}

/// Whether a name without dots could be a variable of Azure Pipelines: a command alone (`$(pwd)`) is a substitution.
fn variables_name(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && !matches!(name, "pwd" | "date" | "whoami" | "hostname" | "uname" | "nproc")
}

/// A path, relative to a folder: of the repository where it begins there, of the machine where it is absolute
/// (`/tmp/x`, `~/x`). Nothing where it isn't known.
pub(super) fn path_from(folder: &str, path: &Text) -> Option<String> {
    let path = path.literal()?.trim();
    if folder.len() + path.len() > MAX_PATH {
        return None;
    }
    let resolve = crate::origin::terraform::resolve;
    if let Some(rest) = path.strip_prefix(ROOT) {
        return Some(resolve("", rest));
    }
    if path.starts_with('/') {
        return Some(format!("/{}", resolve("", path)));
    }
    if path.starts_with('~') {
        return Some(format!("/~/{}", resolve("", path)));
    }
    if let Some(above) = folder.strip_prefix('/') {
        return Some(format!("/{}", resolve(above, path)));
    }
    Some(resolve(folder, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        for (name, value) in [("A", "1"), ("B_2", "two"), ("matrix.v", "3"), ("env.A", "1"), ("a.b", "dot")] {
            variables.set(name, Some(value));
        }
        variables.set("UNKNOWN", None);
        variables
    }

    #[test]
    fn words_with_variables() {
        for (word, expected) in [
            ("plain", "plain"),
            ("$A", "1"),
            ("v${A}.${B_2}x", "v1.twox"),
            ("${A:-9}", "1"),
            ("${C:-9}", "9"),
            ("${C-9}", "9"),
            ("${C:=9}", "9"),
            ("${C:-${A}}", "1"),
            ("${C:-${D:-x}}", "x"),
            ("${A:?must be set}", "1"),
            ("${{ matrix.v }}-${{env.A}}", "3-1"),
            ("$C", "? C"),
            ("a$C-b", "a?-b C"),
            ("${UNKNOWN}", "? UNKNOWN"),
            ("${A%.*}", "? A%.*"),
            ("$1", "? $1"),
            ("$@", "? $@"),
            ("$()", "? a command's output"),
            ("$(())", "? a sum"),
            ("${{ github.sha }}", "? github.sha"),
            ("5$", "5$"),
            ("a$/b", "a$/b"),
            ("${A", "1"),
            ("${{ matrix.v", "3"),
        ] {
            let Text { text, open } = variables().expand(word);
            let told = text.replace(OPEN, "?") + &open.map(|it| format!(" {it}")).unwrap_or_default();
            assert_eq!(told, expected, "{word}");
        }
    }

    #[test]
    fn what_files_put_in() {
        for (text, marks, expected) in [
            ("$(A) ${B_2} $$A $(shell pwd) $@", Marks::Make, "1 two $A ${{ shell pwd }} ${{ @ }}"),
            ("$$(pwd) $(call f,$(A))", Marks::Make, "$(pwd) ${{ call f,$(A) }}"),
            ("100% $", Marks::Make, "100% $"),
            ("$(A) $(a.b) $(pwd) $(git log) $X ${Y}", Marks::Azure, "1 dot $(pwd) $(git log) $X ${Y}"),
            ("$(nowhere)", Marks::Azure, "${{ nowhere }}"),
            ("{{A}}-{{ B_2 }}-{{x}}-{{{{y}}", Marks::Just, "1-two-${{ x }}-{{y}}"),
            ("{{.A}} {{ .B_2 }} {{.CLI_ARGS}}", Marks::Task, "1 two ${{ CLI_ARGS }}"),
            (
                "<< a.b >> <<parameters.x>> cat <<EOF\nx\nEOF",
                Marks::Circle,
                "dot ${{ parameters.x }} cat <<EOF\nx\nEOF",
            ),
        ] {
            assert_eq!(fill_in(text, marks, &variables()), expected, "{text}");
        }
    }

    #[test]
    fn paths() {
        for (folder, path, expected) in [
            ("a/b", "../c", "a/c"),
            ("", "../c", "../c"),
            ("a", "\u{1}/c", "c"),
            ("a", "/tmp/x/", "/tmp/x"),
            ("/tmp/x", "y", "/tmp/x/y"),
            ("a", "~/x", "/~/~/x"),
        ] {
            assert_eq!(path_from(folder, &Text::known(path)).as_deref(), Some(expected), "{path} from {folder}");
        }
        assert_eq!(path_from("a", &Variables::default().expand("$X/y")), None);
    }
}
