//! What is called and defined among the tokens of a script.

use std::ops::Range;

use super::{MAX_PARAMETERS, Script, TokenKind, Tokens};

/// A call or a definition.
#[derive(Debug)]
pub(crate) enum Item<'t> {
    Call(Call<'t>),
    Definition(Definition<'t>),
    /// `name = [key: { … }, …]`: a variable, and the map with closures that it is set to.
    Closures(&'t str, Vec<Argument<'t>>),
    /// `import a.b.C`: what it names.
    Import(&'t str),
}

/// A call: `name(…)`, `name … `, `name { … }`.
#[derive(Debug)]
pub(crate) struct Call<'t> {
    pub(crate) name: &'t str,
    /// The name's bytes.
    pub(crate) at: Range<usize>,
    /// What it is called on, as written: `docker.image('x')` of `docker.image('x').inside {}`. Empty where that is no
    /// name or call.
    pub(crate) receiver: Option<&'t str>,
    pub(crate) arguments: Vec<Argument<'t>>,
    /// What stands in the braces behind the arguments, without parameters.
    pub(crate) closure: Option<Tokens>,
    /// Whether it stands behind an `@`.
    pub(crate) is_annotation: bool,
    /// Whether it stands where a statement or an assigned value begins.
    pub(crate) is_statement: bool,
    /// The variable that what begins with this call is assigned to.
    pub(crate) target: Option<&'t str>,
}

impl<'t> Call<'t> {
    /// The value of a named argument.
    pub(crate) fn named(&self, name: &str) -> Option<&Tokens> {
        self.arguments.iter().find(|it| it.name == Some(name)).map(|it| &it.value)
    }

    /// The first value without a name.
    pub(crate) fn first(&self) -> Option<&Tokens> {
        self.arguments.iter().find(|it| it.name.is_none()).map(|it| &it.value)
    }

    /// What the closure has that is handed over last, in braces of its own or as an argument without a name.
    pub(crate) fn body(&self, script: &Script<'t>) -> Option<Tokens> {
        let last = || self.arguments.iter().rev().find(|it| it.name.is_none());
        self.closure.clone().or_else(|| last().and_then(|it| script.closure(&it.value)))
    }
}

/// One argument, element of a list, or entry of a map.
#[derive(Clone, Debug)]
pub(crate) struct Argument<'t> {
    /// Its name or key, where that is a name or a text, without quotes.
    pub(crate) name: Option<&'t str>,
    pub(crate) value: Tokens,
}

/// A method or closure that is defined: `def name(…) { … }`, `name = { … }`, `name['key'] = { … }`.
#[derive(Debug)]
pub(crate) struct Definition<'t> {
    pub(crate) name: &'t str,
    /// The name's bytes.
    pub(crate) at: Range<usize>,
    /// The key of the map that it is put into.
    pub(crate) key: Option<Tokens>,
    /// Names of its parameters and, where it is said, their types.
    pub(crate) parameters: Vec<(&'t str, &'t str)>,
    /// What stands in its braces, without parameters.
    pub(crate) body: Tokens,
    /// Whether it is a closure that a variable holds.
    pub(crate) is_closure: bool,
}

/// Words that are no names of calls; sorted.
const KEYWORDS: &[&str] = &[
    "abstract",
    "as",
    "assert",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "def",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extends",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "goto",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "int",
    "interface",
    "long",
    "native",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "static",
    "strictfp",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "trait",
    "transient",
    "true",
    "try",
    "var",
    "void",
    "volatile",
    "while",
];

/// Words that may stand before the name of what is declared; sorted.
const MODIFIERS: &[&str] = &[
    "abstract",
    "boolean",
    "byte",
    "char",
    "def",
    "double",
    "final",
    "float",
    "int",
    "long",
    "native",
    "private",
    "protected",
    "public",
    "short",
    "static",
    "synchronized",
    "transient",
    "var",
    "void",
    "volatile",
];

/// Words that a statement, or a value that may be a call without parentheses, stands behind; sorted.
const BEFORE_STATEMENTS: &[&str] = &["do", "else", "finally", "return", "throw", "try"];

/// Words that join two values; sorted.
const BETWEEN_VALUES: &[&str] = &["as", "else", "extends", "implements", "in", "instanceof", "throws"];

impl<'t> Script<'t> {
    /// The arguments between two brackets, or behind a name: parted by commas, named by what stands before a colon.
    pub(super) fn arguments(&self, tokens: Tokens) -> Vec<Argument<'t>> {
        let mut found = Vec::new();
        let mut start = tokens.start;
        let mut at = tokens.start;
        while at <= tokens.end {
            if at == tokens.end || self.is(at, b",") {
                if let Some(argument) = self.argument(start..at) {
                    found.push(argument);
                }
                start = at + 1;
            }
            at = self.past(at);
        }
        found
    }

    fn argument(&self, tokens: Tokens) -> Option<Argument<'t>> {
        let tokens = self.trimmed(tokens);
        if tokens.is_empty() {
            return None;
        }
        // A key in parentheses is worked out.
        let key_end = self.past(tokens.start);
        if !self.is(key_end, b":") || key_end >= tokens.end {
            return Some(Argument { name: None, value: tokens });
        }
        let key = tokens.start..key_end;
        let name = self.literal(&key).map(|it| it.inside).or_else(|| self.name(&key));
        Some(Argument { name: name.or(Some("")), value: self.trimmed(key_end + 1..tokens.end) })
    }

    /// Without line breaks around it.
    fn trimmed(&self, mut tokens: Tokens) -> Tokens {
        while !tokens.is_empty() && self.kind(tokens.start) == Some(TokenKind::Newline) {
            tokens.start += 1;
        }
        while !tokens.is_empty() && self.kind(tokens.end - 1) == Some(TokenKind::Newline) {
            tokens.end -= 1;
        }
        tokens
    }

    /// The token behind this one, or behind what this one opens.
    pub(super) fn past(&self, at: usize) -> usize {
        match self.kind(at) {
            Some(TokenKind::Open) => self.partners[at].max(at) + 1,
            Some(
                TokenKind::Name
                | TokenKind::Text
                | TokenKind::Number
                | TokenKind::Close
                | TokenKind::Mark
                | TokenKind::Newline,
            )
            | None => at + 1,
        }
    }

    pub(super) fn without_parameters(&self, tokens: Tokens) -> Tokens {
        for at in tokens.clone().take(MAX_PARAMETERS) {
            if self.is(at, b"->") {
                return at + 1..tokens.end;
            }
            if matches!(self.kind(at), Some(TokenKind::Open | TokenKind::Close)) {
                break;
            }
        }
        tokens
    }

    /// The last token before this one that is no line break.
    fn before(&self, at: usize) -> Option<usize> {
        let last = at.checked_sub(1)?;
        if self.kind(last) == Some(TokenKind::Newline) { last.checked_sub(1) } else { Some(last) }
    }

    pub(super) fn is_after_dot(&self, at: usize) -> bool {
        self.before(at).is_some_and(|it| self.is_dot(it))
    }

    fn is_dot(&self, at: usize) -> bool {
        [&b"."[..], b"?.", b"*.", b".&", b".@", b"::"].iter().any(|it| self.is(at, it))
    }

    /// Whether what stands here is a word before the name of what is declared: a modifier, or a name with a capital
    /// letter, which all types have and no step has.
    pub(super) fn is_type_at(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at).filter(|it| it.kind == TokenKind::Name) else { return false };
        let word = self.word(token);
        MODIFIERS.binary_search(&word).is_ok() || word.starts_with(|c: char| c.is_ascii_uppercase())
    }

    fn word_at(&self, at: usize) -> Option<&'t str> {
        self.tokens.get(at).filter(|it| it.kind == TokenKind::Name).map(|it| self.word(it))
    }

    /// Whether a statement, or the value of an assignment, begins here.
    fn begins_statement(&self, at: usize) -> bool {
        let Some(last) = at.checked_sub(1) else { return true };
        match self.kind(last) {
            None | Some(TokenKind::Newline | TokenKind::Close) => true,
            Some(TokenKind::Open) => self.is(last, b"{"),
            Some(TokenKind::Mark) => [&b";"[..], b"=", b"->", b"+="].iter().any(|it| self.is(last, it)),
            Some(TokenKind::Name) => self.word_at(last).is_some_and(|it| BEFORE_STATEMENTS.binary_search(&it).is_ok()),
            Some(TokenKind::Text | TokenKind::Number) => false,
        }
    }
}

/// See [`Script::items`].
pub(crate) struct Items<'s, 't> {
    script: &'s Script<'t>,
    at: usize,
    end: usize,
    /// Of the chain of names and calls that was read last: where it begins, the token behind it, whether it begins a
    /// statement, and the variable that it is assigned to.
    chain: Option<Chain<'t>>,
    target: Option<(&'t str, usize)>,
}

#[derive(Clone, Copy)]
struct Chain<'t> {
    start: usize,
    next: usize,
    is_statement: bool,
    target: Option<&'t str>,
}

impl<'t> Iterator for Items<'_, 't> {
    type Item = Item<'t>;

    fn next(&mut self) -> Option<Item<'t>> {
        while self.at < self.end {
            let item = match self.script.kind(self.at)? {
                TokenKind::Name => self.name(),
                TokenKind::Text
                | TokenKind::Number
                | TokenKind::Open
                | TokenKind::Close
                | TokenKind::Mark
                | TokenKind::Newline => {
                    self.at += 1;
                    None
                }
            };
            if item.is_some() {
                return item;
            }
        }
        None
    }
}

impl<'s, 't> Items<'s, 't> {
    pub(super) fn new(script: &'s Script<'t>, tokens: Tokens) -> Self {
        Items { script, at: tokens.start, end: tokens.end.min(script.tokens.len()), chain: None, target: None }
    }

    /// Reads on from a name.
    fn name(&mut self) -> Option<Item<'t>> {
        let script = self.script;
        let here = self.at;
        let word = script.word_at(here)?;
        let dot = script.before(here).filter(|it| script.is_dot(*it));
        if dot.is_none() {
            match word {
                "import" | "package" => return self.import(word),
                "class" | "interface" | "enum" | "trait" if self.is_type_definition() => {
                    self.past_type_head();
                    return None;
                }
                "new" => {
                    self.past_type_name();
                    return None;
                }
                _ if KEYWORDS.binary_search(&word).is_ok() => {
                    self.chain = None;
                    self.at += 1;
                    // `this.sh 'x'` and `super.x()` are chains too.
                    if matches!(word, "this" | "super") {
                        self.start_chain(here);
                    }
                    return None;
                }
                _ => {}
            }
        }
        if dot.is_none() && self.is_declared(here) && script.is(here + 1, b"(") {
            return self.method(here, word);
        }
        if let Some(definition) = self.closure_definition(here, word) {
            return Some(definition);
        }
        if dot.is_none()
            && script.is(here + 1, b"=")
            && let Some(entries) = script.elements(&(here + 2..self.end.max(here + 2)))
            && entries.iter().any(|it| it.name.is_some() && script.is(it.value.start, b"{"))
        {
            self.at = script.past(here + 2);
            self.chain = None;
            return Some(Item::Closures(word, entries));
        }
        if dot.is_none() && (script.is(here + 1, b":") && !self.is_in_ternary(here)) {
            self.at += 2;
            return None;
        }
        if script.is(here + 1, b"=") {
            self.target = Some((word, here + 2));
            self.at += 2;
            return None;
        }
        if dot.is_none() {
            self.start_chain(here);
        }
        self.call(here, word, dot)
    }

    fn start_chain(&mut self, here: usize) {
        let target = self.target.filter(|(_, at)| *at == here).map(|(name, _)| name);
        let start = self.script.tokens[here].start;
        let is_statement = self.script.begins_statement(here);
        self.chain = Some(Chain { start, next: here + 1, is_statement, target });
    }

    /// A name in `a ? name : b` is no label.
    fn is_in_ternary(&self, here: usize) -> bool {
        here.checked_sub(1).is_some_and(|it| self.script.is(it, b"?"))
    }

    /// Whether a type or a modifier stands before this name, so that it is declared here.
    fn is_declared(&self, here: usize) -> bool {
        let script = self.script;
        let Some(last) = here.checked_sub(1) else { return false };
        if script.is_type_at(last) {
            return !script.is_word(last.wrapping_sub(1), "new") && !script.is_after_dot(last)
                || !script.is_word(last, "new") && script.is_after_dot(last);
        }
        // `List<String> name(…) {`, `String[] name(…) {`
        let is_type_end = script.is(last, b">") || script.is(last, b"]") && script.is(last.wrapping_sub(1), b"[");
        is_type_end && script.is(here + 1, b"(") && script.is(self.past_newline(script.past(here + 1)), b"{")
    }

    fn past_newline(&self, at: usize) -> usize {
        at + usize::from(self.script.kind(at) == Some(TokenKind::Newline))
    }

    /// `def name(a, b) { … }`; without a body it is passed over.
    fn method(&mut self, here: usize, name: &'t str) -> Option<Item<'t>> {
        let script = self.script;
        let open = here + 1;
        let close = script.partners[open].max(open);
        let mut next = close + 1;
        // `throws X`
        while script.is_word(next, "throws") || next > close + 1 && script.kind(next) == Some(TokenKind::Name) {
            next += 1;
        }
        let brace = self.past_newline(next);
        self.chain = None;
        if !script.is(brace, b"{") {
            self.at = open;
            return None;
        }
        let end = script.partners[brace];
        self.at = end + 1;
        Some(Item::Definition(Definition {
            name,
            at: script.span(&(here..here + 1)),
            key: None,
            parameters: self.parameters(open + 1..close),
            body: brace + 1..end.min(self.end.max(brace + 1)),
            is_closure: false,
        }))
    }

    /// `name = { … }`, `name['key'] = { … }`, `name.key = { … }`.
    fn closure_definition(&mut self, here: usize, name: &'t str) -> Option<Item<'t>> {
        let script = self.script;
        let (name_at, key, equals) = if script.is(here + 1, b"[") {
            let close = script.partners[here + 1];
            (here, Some(here + 2..close), close + 1)
        } else if script.is_after_dot(here) {
            let root = script.before(script.before(here)?)?;
            if script.kind(root) != Some(TokenKind::Name) || script.is_after_dot(root) {
                return None;
            }
            (root, Some(here..here + 1), here + 1)
        } else {
            (here, None, here + 1)
        };
        let brace = self.past_newline(equals + 1);
        if !script.is(equals, b"=") || !script.is(brace, b"{") {
            return None;
        }
        let end = script.partners[brace];
        self.at = end + 1;
        self.chain = None;
        let inside = brace + 1..end.min(self.end.max(brace + 1));
        let body = script.without_parameters(inside.clone());
        Some(Item::Definition(Definition {
            name: if name_at == here { name } else { script.word_at(name_at)? },
            at: script.span(&(name_at..name_at + 1)),
            key,
            parameters: self.parameters(inside.start..body.start.saturating_sub(1).max(inside.start)),
            body,
            is_closure: true,
        }))
    }

    fn parameters(&self, tokens: Tokens) -> Vec<(&'t str, &'t str)> {
        let script = self.script;
        let mut found = Vec::new();
        let mut at = tokens.start;
        while at < tokens.end {
            let ends = |it: usize| it >= tokens.end || script.is(it, b",") || script.is(it, b"=");
            if let Some(name) = script.word_at(at).filter(|_| ends(at + 1)) {
                let r#type = at.checked_sub(1).filter(|it| *it >= tokens.start).and_then(|it| script.word_at(it));
                found.push((name, r#type.unwrap_or("")));
                // A value that is taken where none is given.
                while at < tokens.end && !script.is(at, b",") {
                    at = script.past(at);
                }
            }
            at = script.past(at);
        }
        found
    }

    fn import(&mut self, word: &str) -> Option<Item<'t>> {
        let script = self.script;
        let start = self.at + 1;
        let mut at = start;
        while at < self.end && script.kind(at) != Some(TokenKind::Newline) && !script.is(at, b";") {
            at += 1;
        }
        self.at = at;
        self.chain = None;
        (word == "import" && at > start).then(|| Item::Import(script.source(&(start..at))))
    }

    /// `class` is a property too: `x.class`, `[class: y]`.
    fn is_type_definition(&self) -> bool {
        self.script.kind(self.at + 1) == Some(TokenKind::Name)
    }

    /// Goes on inside of a class.
    fn past_type_head(&mut self) {
        let script = self.script;
        self.at += 1;
        while self.at < self.end && !script.is(self.at, b"{") && !script.is(self.at, b";") {
            self.at += 1;
        }
        self.chain = None;
    }

    /// Goes on with the arguments of a constructor.
    fn past_type_name(&mut self) {
        let script = self.script;
        self.at += 1;
        while self.at < self.end && (script.kind(self.at) == Some(TokenKind::Name) || script.is(self.at, b".")) {
            self.at += 1;
        }
        self.chain = None;
    }

    fn call(&mut self, here: usize, name: &'t str, dot: Option<usize>) -> Option<Item<'t>> {
        let script = self.script;
        let mut next = here + 1;
        let mut arguments = Vec::new();
        let mut closure = None;
        let mut is_call = false;
        let is_annotation = here.checked_sub(1).is_some_and(|it| script.is(it, b"@"));
        if script.is(next, b"(") {
            is_call = true;
            let close = script.partners[next].max(next);
            arguments = script.arguments(next + 1..close.min(self.end));
            next = close + 1;
        }
        if script.is(next, b"{") && !is_annotation && next < self.end {
            is_call = true;
            let close = script.partners[next];
            closure = Some(script.without_parameters(next + 1..close.min(self.end)));
            next = close + 1;
        } else if !is_call && !is_annotation && self.begins_argument(here, dot.is_some()) {
            is_call = true;
            let end = self.command_end(next);
            arguments = script.arguments(next..end);
            next = end;
        }
        let next = next.min(self.end).max(here + 1);
        self.at = next;
        let chain =
            self.chain.filter(|it| dot.is_some_and(|dot| script.before(dot).is_some_and(|last| last + 1 == it.next)));
        let chain = if dot.is_none() { self.chain } else { chain };
        self.chain = chain.map(|it| Chain { next, ..it });
        if !is_call {
            return None;
        }
        let receiver = dot.map(|dot| chain.map_or("", |it| script.text[it.start..script.tokens[dot].start].trim_end()));
        Some(Item::Call(Call {
            name,
            at: script.span(&(here..here + 1)),
            receiver,
            arguments,
            closure,
            is_annotation,
            is_statement: chain.is_some_and(|it| it.is_statement),
            target: chain.and_then(|it| it.target),
        }))
    }

    /// Whether an argument without parentheses follows a name.
    fn begins_argument(&self, here: usize, is_on_something: bool) -> bool {
        let script = self.script;
        let next = here + 1;
        if next >= self.end {
            return false;
        }
        let (Some(name), Some(token)) = (script.tokens.get(here), script.tokens.get(next)) else { return false };
        let is_apart = token.start > name.end;
        match token.kind {
            TokenKind::Text | TokenKind::Number => is_apart,
            TokenKind::Name => {
                let word = script.word(token);
                // Two names side by side are a declaration where the first is a type.
                let is_declaration = script.is_type_at(here);
                BETWEEN_VALUES.binary_search(&word).is_err()
                    && !is_declaration
                    && (!is_on_something || !script.is(next + 1, b"="))
            }
            // `name [1, 2]` and not `name[1]`.
            TokenKind::Open => is_apart && script.is(next, b"[") && script.begins_statement(here),
            TokenKind::Close | TokenKind::Mark | TokenKind::Newline => false,
        }
    }

    /// Where the arguments end that stand behind a name without parentheses: at the line's end, unless that stands
    /// behind a comma or an operator.
    fn command_end(&self, start: usize) -> usize {
        let script = self.script;
        let mut at = start;
        while at < self.end {
            match script.kind(at) {
                None | Some(TokenKind::Close) => return at,
                Some(TokenKind::Newline) => {
                    let last = at - 1;
                    let goes_on = script.kind(last) == Some(TokenKind::Mark)
                        && !script.is(last, b"++")
                        && !script.is(last, b"--")
                        && !script.is(last, b";")
                        || script.is(at + 1, b".")
                        || script.is(at + 1, b"?.");
                    if !goes_on {
                        return at;
                    }
                }
                Some(TokenKind::Mark) if script.is(at, b";") => return at,
                Some(TokenKind::Name | TokenKind::Text | TokenKind::Number | TokenKind::Open | TokenKind::Mark) => {}
            }
            at = script.past(at);
        }
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::{BEFORE_STATEMENTS, BETWEEN_VALUES, KEYWORDS, MODIFIERS};
    use crate::syntax::groovy::WORDS_BEFORE_VALUES;

    #[test]
    fn tables_are_sorted() {
        for table in [KEYWORDS, MODIFIERS, BEFORE_STATEMENTS, BETWEEN_VALUES] {
            assert!(table.is_sorted());
        }
        assert!(WORDS_BEFORE_VALUES.is_sorted());
    }
}
