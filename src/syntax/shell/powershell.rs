//! PowerShell scripts → the commands they run, word by word.
//!
//! Nothing is expanded and no grammar is checked, as with the shells of Unix: strings, comments, here-strings and
//! tables are known well enough to tell what stands where a command stands. Hash tables, arrays and parameter lists
//! hold data and are passed over as a whole.

use super::batch::bare_program;

/// Words at the start of a statement that are the language's own; sorted. What follows them is a statement again.
const KEYWORDS: &[&str] = &[
    "begin", "catch", "do", "else", "elseif", "end", "exit", "finally", "for", "foreach", "if", "process", "return",
    "switch", "throw", "trap", "try", "until", "while",
];

/// Words whose whole statement holds nothing that is run; sorted.
const DECLARATIONS: &[&str] =
    &["break", "class", "continue", "data", "enum", "filter", "function", "in", "param", "using", "workflow"];

/// Commands that say nothing of what a script is for, in lower case; sorted.
const SAYS_NOTHING: &[&str] = &[
    "cd",
    "echo",
    "foreach-object",
    "format-list",
    "format-table",
    "get-content",
    "get-date",
    "get-location",
    "join-path",
    "out-file",
    "out-host",
    "out-null",
    "out-string",
    "pop-location",
    "push-location",
    "resolve-path",
    "select-object",
    "set-location",
    "set-strictmode",
    "set-variable",
    "sort-object",
    "split-path",
    "start-sleep",
    "test-path",
    "where-object",
    "write-debug",
    "write-error",
    "write-host",
    "write-information",
    "write-output",
    "write-verbose",
    "write-warning",
];

/// The commands of a script, each as its words.
pub(super) fn simple_commands(script: &str) -> Vec<Vec<String>> {
    let mut lexer =
        Lexer { bytes: script.as_bytes(), text: script, at: 0, words: Vec::new(), is_called: false, found: Vec::new() };
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    lexer.end_statement();
    lexer.found
}

struct Lexer<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    words: Vec<String>,
    /// Whether a call operator stands before the statement: a text in quotes is a program then, and else a value.
    is_called: bool,
    found: Vec<Vec<String>>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn step(&mut self) {
        match (self.bytes[self.at], self.peek(1)) {
            (b' ' | b'\t' | b'\r', _) => self.at += 1,
            // A backtick at the end of a line joins the next to it.
            (b'`', b'\n') => self.at += 2,
            (b'`', b'\r') if self.peek(2) == b'\n' => self.at += 3,
            (b'\n' | b';' | b'{' | b'}' | b'(' | b')', _) => {
                self.at += 1;
                self.end_statement();
            }
            (b'|', next) | (b'&', next @ b'&') => {
                self.at += if next == b'|' || next == b'&' { 2 } else { 1 };
                self.end_statement();
            }
            // The call operator, and the one that runs a script in place.
            (b'&', _) => {
                self.is_called = true;
                self.at += 1;
            }
            (b'.', b' ') if self.words.is_empty() => {
                self.is_called = true;
                self.at += 1;
            }
            (b'<', b'#') => self.skip_past("#>"),
            (b'#', _) => self.at = self.line_end(),
            (b'@', quote @ (b'"' | b'\'')) => {
                self.skip_past(if quote == b'"' { "\n\"@" } else { "\n'@" });
                self.words.push("@".to_owned());
            }
            (b'@', b'{' | b'(') => {
                self.at += 1;
                self.skip_balanced();
                self.words.push("@".to_owned());
            }
            (b'=', _) if self.words.len() == 1 && self.words[0].starts_with('$') => {
                // What is assigned may be what a command writes.
                self.words.clear();
                self.at += 1;
            }
            _ => self.word(),
        }
    }

    /// Reads one word: bare, in quotes, or an expression.
    fn word(&mut self) {
        let is_quoted = matches!(self.bytes[self.at], b'"' | b'\'');
        let is_value =
            is_quoted && !self.is_called && self.words.len() < 3 && self.words.iter().all(|it| is_in(KEYWORDS, it));
        let mut word = if is_value { "'".to_owned() } else { String::new() };
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b'{' | b'}' | b')' => break,
                b'(' if word.is_empty() => break,
                b'=' if word.starts_with('$') => break,
                b'(' => {
                    self.skip_balanced();
                    word.push_str("()");
                }
                // `[ordered]@{ a = 1 }`
                b'@' if matches!(self.peek(1), b'(' | b'{') => {
                    self.at += 1;
                    self.skip_balanced();
                    word.push('@');
                }
                b'$' if matches!(self.peek(1), b'(' | b'{') => {
                    // `${{ }}` is put in before PowerShell sees it.
                    self.at += 1;
                    self.skip_balanced();
                    word.push_str("$()");
                }
                b'\'' => {
                    let end = self.bytes[self.at + 1..].iter().position(|it| *it == b'\'');
                    let end = end.map_or(self.bytes.len(), |it| self.at + 1 + it);
                    word.push_str(self.text.get(self.at + 1..end).unwrap_or(""));
                    self.at = end + 1;
                }
                b'"' => self.double_quoted(&mut word),
                b'`' => {
                    self.at += 1;
                    self.take(&mut word);
                }
                _ => self.take(&mut word),
            }
        }
        // Something that begins no word, as a `)` alone, has been looked at by now.
        if word.is_empty() && self.at < self.bytes.len() {
            self.at += 1;
        }
        self.words.push(word);
    }

    /// Takes one character into a word.
    fn take(&mut self, word: &mut String) {
        let length = self.text.get(self.at..).and_then(|it| it.chars().next()).map_or(1, char::len_utf8);
        word.push_str(self.text.get(self.at..self.at + length).unwrap_or(""));
        self.at += length;
    }

    fn double_quoted(&mut self, word: &mut String) {
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'`' => {
                    self.at += 1;
                    self.take(word);
                }
                b'$' if self.peek(1) == b'(' => {
                    self.at += 1;
                    self.skip_balanced();
                    word.push_str("$()");
                }
                _ => self.take(word),
            }
        }
    }

    /// Passes over what stands between brackets, from the one that opens it; strings in it may hold others.
    fn skip_balanced(&mut self) {
        let mut depth = 0_usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'(' | b'{' => depth += 1,
                b')' | b'}' => depth = depth.saturating_sub(1),
                b'`' => self.at += 1,
                b'#' if self.at == 0 || self.bytes[self.at - 1].is_ascii_whitespace() => {
                    self.at = self.line_end();
                    continue;
                }
                b'\'' | b'"' => {
                    let end = self.bytes[self.at + 1..].iter().position(|it| *it == byte);
                    self.at = end.map_or(self.bytes.len(), |it| self.at + 1 + it);
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
        self.at = self.at.min(self.bytes.len());
    }

    fn skip_past(&mut self, end: &str) {
        let found = memchr::memmem::find(&self.bytes[self.at..], end.as_bytes());
        self.at = found.map_or(self.bytes.len(), |it| self.at + it + end.len());
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |it| self.at + it)
    }

    /// Ends the statement that is being read, and keeps it if it runs something.
    fn end_statement(&mut self) {
        let mut words = std::mem::take(&mut self.words);
        self.is_called = false;
        while words.first().is_some_and(|it| is_in(KEYWORDS, it)) {
            words.remove(0);
        }
        let Some(first) = words.first_mut() else { return };
        // A value in quotes runs nothing, even where it is a path or a URL.
        if first.starts_with('\'') {
            return;
        }
        // Programs are found in folders with either slash, with or without their extension.
        let name = first.rsplit(['/', '\\']).next().unwrap_or(first);
        let lower = name.to_ascii_lowercase();
        let bare = bare_program(&lower);
        let is_program = bare.starts_with(|c: char| c.is_ascii_alphabetic())
            && bare.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'+'));
        if !is_program || is_in(DECLARATIONS, &lower) || is_in(SAYS_NOTHING, &lower) {
            return;
        }
        // Commandlets are written as their makers do; programs have no case here.
        *first = if name.contains('-') && name.starts_with(|c: char| c.is_ascii_uppercase()) {
            name[..bare.len()].to_owned()
        } else {
            bare.to_owned()
        };
        self.found.push(words);
    }
}

fn is_in(table: &[&str], word: &str) -> bool {
    table.binary_search(&word.to_ascii_lowercase().as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{DECLARATIONS, KEYWORDS, SAYS_NOTHING, simple_commands};

    #[test]
    fn tables_are_sorted() {
        assert!(KEYWORDS.is_sorted() && DECLARATIONS.is_sorted() && SAYS_NOTHING.is_sorted());
    }

    #[test]
    fn commands() {
        for (script, expected) in [
            ("dotnet build -c Release", "dotnet build -c Release"),
            ("Get-Item x | Remove-Item -Force", "Get-Item x|Remove-Item -Force"),
            ("$v = git describe --tags; npm ci", "git describe --tags|npm ci"),
            ("$v = 'a'\n$w = @{ a = 1; b = 'x' }\nInvoke-WebRequest $u", "Invoke-WebRequest $u"),
            (
                "$u = \"https://files.example.org/a/clip.mp4\"\n$o = '.\\out\\clip'\nInvoke-WebRequest $u",
                "Invoke-WebRequest $u",
            ),
            ("$b = [ordered]@{\n  type = $t\n  user = 'x'\n}\nnpm ci", "npm ci"),
            ("if (Test-Path x) { nuget.exe restore } else { throw \"no\" }", "nuget restore"),
            ("# npm a\n<# npm b\n#>npm c # d", "npm c"),
            ("& \"C:\\Tools\\MSBuild.exe\" app.sln", "msbuild app.sln"),
            (".\\build.ps1 -Target x", "build.ps1 -Target x"),
            ("docker build `\n  -t a .", "docker build -t a ."),
            ("Write-Host \"terraform $(git x)\"; terraform plan", "terraform plan"),
            ("$x = @\"\nnpm a\n\"@\nnpm b", "npm b"),
            ("function Build-It { dotnet build }\nBuild-It", "dotnet build|Build-It"),
            ("[Net.ServicePointManager]::X = 1\n$env:A = \"b\"", ""),
            ("try { az login } catch { exit 1 }", "az login"),
            ("az acr login -n ${{ parameters.name }} && docker push x", "az acr login -n $()|docker push x"),
            ("foreach ($a in $b) { helm lint $a }", "helm lint $a"),
        ] {
            let found = simple_commands(script).iter().map(|it| it.join(" ")).collect::<Vec<_>>().join("|");
            assert_eq!(found, expected, "{script}");
        }
    }

    #[test]
    fn hostile_scripts_end() {
        for it in ["\"", "'", "`", "$(", "@{", "(", "<#", "@\"", "${{", ")", "}", "=", "&", "|", "é`"] {
            simple_commands(&it.repeat(1_000));
            simple_commands(it);
        }
    }
}
