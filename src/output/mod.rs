//! One file a format. Each is `fn write(…, &mut dyn Write)` over the report, and reads nothing else.

pub mod annotations;
pub mod backstage;
pub mod badge;
pub mod change;
pub mod evidence;
pub mod explain;
pub mod html;
pub mod inventory;
pub mod json;
mod links;
pub mod markdown;
pub mod port;
pub mod questions;
pub mod sarif;
pub mod sheets;
mod table;
pub mod terminal;
mod words;

/// A text as one line of a terminal can show it: characters that would command the terminal, or turn the order of what
/// is written, are shown as escapes.
pub fn printable(text: &str) -> String {
    let commands = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.contains(commands) { text.escape_debug().to_string() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_commands_the_terminal() {
        for (text, expected) in [
            ("it's ü 😀", "it's ü 😀"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\nb\r", "a\\nb\\r"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\u{202e}b", "a\\u{202e}b"),
        ] {
            assert_eq!(printable(text), expected);
        }
    }
}
