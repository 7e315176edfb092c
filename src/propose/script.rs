//! Scripts that differ in words only: which parts of them vary.

use std::ops::Range;

/// A part of a script that varies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Varying {
    /// Where it stands in the first script, in bytes.
    pub(super) range: Range<usize>,
    /// What each script has there.
    pub(super) values: Vec<String>,
}

/// The parts that vary, in order.
///
/// # Errors
/// Why a variable of the shell can't stand for one of them: the scripts differ in more than words, or a part stands
/// where a shell puts in no variables or would make something else of its value.
pub(super) fn varying(scripts: &[&str]) -> Result<Vec<Varying>, &'static str> {
    let split: Vec<Vec<(usize, &str)>> = scripts.iter().map(|it| words(it)).collect();
    let Some((first, others)) = split.split_first() else { return Ok(Vec::new()) };
    if others.iter().any(|it| it.len() != first.len()) {
        return Err("in more than single words");
    }
    if scripts.iter().any(|it| it.contains("<<")) {
        return Err("it has a here-document");
    }
    let mut found = Vec::new();
    for (at, (offset, word)) in first.iter().enumerate() {
        let all: Vec<&str> = split.iter().map(|it| it[at].1).collect();
        if all.iter().all(|it| it == word) {
            continue;
        }
        let (head, tail) = common(&all);
        let values: Vec<String> = all.iter().map(|it| it[head..it.len() - tail].to_owned()).collect();
        if !values.iter().all(|it| is_plain(it)) {
            return Err("what varies is more than a plain word");
        }
        let range = offset + head..offset + word.len() - tail;
        if scripts[0][..range.start].matches('\'').count() % 2 == 1 {
            return Err("what varies stands in single quotes");
        }
        found.push(Varying { range, values });
    }
    Ok(found)
}

/// The words of a text and where they begin; every space counts as it stands, as a word of its own.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            words.push((start, &text[start..at]));
            words.push((at, &text[at..at + c.len_utf8()]));
            start = at + c.len_utf8();
        }
    }
    words.push((start, &text[start..]));
    words
}

/// How many bytes all words have in common at their start and at their end, cut where a part of a word begins and ends.
fn common(words: &[&str]) -> (usize, usize) {
    let shortest = words.iter().map(|it| it.len()).min().unwrap_or(0);
    let same = |at: usize, from_end: bool| {
        let byte = |it: &str| if from_end { it.as_bytes()[it.len() - 1 - at] } else { it.as_bytes()[at] };
        words.iter().all(|it| byte(it) == byte(words[0]))
    };
    let is_edge = |byte: u8| !(byte.is_ascii_alphanumeric() || byte >= 0x80 || byte == b'$' || byte == b'{');
    let mut head = (0..shortest).take_while(|at| same(*at, false)).count();
    while head > 0 && !is_edge(words[0].as_bytes()[head - 1]) {
        head -= 1;
    }
    let mut tail = (0..shortest - head).take_while(|at| same(*at, true)).count();
    while tail > 0 && !is_edge(words[0].as_bytes()[words[0].len() - tail]) {
        tail -= 1;
    }
    (head, tail)
}

/// Whether a shell reads a word as nothing but itself, also as the value of a variable.
fn is_plain(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with('-')
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b':' | b'@' | b'-' | b'+'))
}

#[cfg(test)]
mod tests {
    use super::varying;

    fn told(scripts: &[&str]) -> Result<Vec<(String, Vec<String>)>, &'static str> {
        let found = varying(scripts)?;
        Ok(found.into_iter().map(|it| (scripts[0][it.range].to_owned(), it.values)).collect())
    }

    #[test]
    fn words_that_vary() {
        let one = |value: &str, other: &str| Ok(vec![(value.to_owned(), vec![value.to_owned(), other.to_owned()])]);
        assert_eq!(told(&["make a", "make b"]), one("a", "b"));
        assert_eq!(told(&["docker push acme/shop:v1", "docker push acme/bill:v1"]), one("shop", "bill"));
        assert_eq!(told(&["x --to=staging-a", "x --to=staging-b"]), one("a", "b"));
        assert_eq!(told(&["echo \"shop\"", "echo \"ship\""]), one("shop", "ship"));
        assert_eq!(told(&["same", "same"]), Ok(vec![]));
    }

    #[test]
    fn what_a_variable_can_not_stand_for() {
        for scripts in [
            ["make a", "make a b"],
            ["echo 'a b'", "echo 'c b'"],
            ["cat <<E\na\nE", "cat <<E\nb\nE"],
            ["echo $A", "echo $B"],
            ["a | b", "a & b"],
            ["x -a", "x -b"],
            ["x a*", "x b*c"],
        ] {
            let told = told(&scripts);
            // `-a` against `-b` is a plain word behind the dash.
            assert!(told.is_err() || scripts[0] == "x -a", "{scripts:?}: {told:?}");
        }
    }
}
