use std::time::{Duration, Instant};

use super::build::parse_whole;
use super::{Documents, Kind, Node, Problem, ProblemKind, Style, parse};

fn good(text: &str) -> Documents<'_> {
    let (documents, problems) = parse(text);
    assert_eq!(problems, [], "{text}");
    documents
}

fn kinds(problems: &[Problem]) -> Vec<ProblemKind> {
    problems.iter().map(|it| it.kind).collect()
}

fn keys<'d>(node: Node<'d>) -> Vec<&'d str> {
    node.entries().iter().filter_map(|(key, _)| key.text()).collect()
}

#[test]
fn scalars_and_their_places() {
    let text = "\u{FEFF}ä: plain value # comment\r\nб: 'single ''x'''\r\n\"c\": \"é\\u0041\"\r\nd: |\r\n  one\r\n  two\r\ne: >-\r\n  a\r\n  b\r\nf:\r\n";
    let documents = good(text);
    let root = documents.first().unwrap();
    for (key, value, written, style) in [
        ("ä", "plain value", "plain value", Style::Plain),
        ("б", "single 'x'", "single ''x''", Style::SingleQuoted),
        ("c", "éA", "é\\u0041", Style::DoubleQuoted),
        ("d", "one\ntwo\n", "one\r\n  two\r\n", Style::Literal),
        ("e", "a b", "a\r\n  b\r\n", Style::Folded),
        ("f", "", "", Style::Plain),
    ] {
        let node = root.get(key).unwrap();
        assert_eq!((node.text(), node.style()), (Some(value), Some(style)), "{key}");
        assert_eq!(node.written(), written, "{key}");
        assert_eq!(&text[node.span()], written, "{key}");
    }
    assert!(root.get("f").unwrap().is_null());
    assert!(root.get("g").is_none());
}

#[test]
fn nothing_is_guessed() {
    let documents = good("on: yes\n1.10: 0x1F\n~: null\n");
    let root = documents.first().unwrap();
    assert_eq!(keys(root), ["on", "1.10", "~"]);
    assert_eq!(root.get("on").unwrap().text(), Some("yes"));
    assert_eq!(root.get("1.10").unwrap().text(), Some("0x1F"));
    assert!(root.get("~").unwrap().is_null());
}

#[test]
fn collections_in_both_styles() {
    let documents = good("a: [1, {b: c}, [d]]\ne:\n- f\n- g: h\n  i: j\n? k\n: l\n");
    let root = documents.first().unwrap();
    assert_eq!(root.kind(), Kind::Mapping);
    let items: Vec<Kind> = root.get("a").unwrap().items().map(Node::kind).collect();
    assert_eq!(items, [Kind::Scalar, Kind::Mapping, Kind::Sequence]);
    let last = root.get("e").unwrap().items().last().unwrap();
    assert_eq!(keys(last), ["g", "i"]);
    assert_eq!(root.get("k").unwrap().text(), Some("l"));
    assert_eq!(root.get("a").unwrap().written(), "[1, {b: c}, [d]]");
    assert_eq!(root.items().count(), 0);
    assert!(root.get("e").unwrap().get("f").is_none());
}

#[test]
fn tags_stay() {
    let documents = good("a: !reference [x, y]\nb: !Ref z\nc: d\n");
    let root = documents.first().unwrap();
    assert_eq!(root.get("a").unwrap().tag(), Some("!reference"));
    assert_eq!(root.get("b").unwrap().tag(), Some("!Ref"));
    assert_eq!(root.get("c").unwrap().tag(), None);
}

#[test]
fn aliases_and_merges() {
    let text = "
base: &base {a: 1, b: 2}
more: &more {b: 3, c: 4}
one: {<<: *base, a: 9}
list: {<<: [*more, *base]}
two: {<<: *base, <<: *more}
deep: {<<: {<<: *more, d: 5}}
text: &text x
same: *text
";
    let documents = good(text);
    let root = documents.first().unwrap();
    let value = |path: &str, key: &str| root.get(path).unwrap().get(key).and_then(Node::text);
    assert_eq!((value("one", "a"), value("one", "b"), value("one", "c")), (Some("9"), Some("2"), None));
    assert_eq!((value("list", "b"), value("list", "a")), (Some("3"), Some("1")));
    assert_eq!((value("two", "b"), value("two", "c")), (Some("2"), Some("4")));
    assert_eq!((value("deep", "c"), value("deep", "d")), (Some("4"), Some("5")));
    assert_eq!(keys(root.get("one").unwrap()), ["a", "b"]);
    assert_eq!(keys(root.get("list").unwrap()), ["b", "c", "a"]);
    assert_eq!(keys(root.get("deep").unwrap()), ["d", "b", "c"]);
    let same = root.get("same").unwrap();
    assert_eq!((same.kind(), same.text(), same.written()), (Kind::Alias, Some("x"), "x"));
    assert_eq!(&text[same.span()], "*text");
}

#[test]
fn an_alias_that_leads_nowhere() {
    let (documents, problems) = parse("a: *nobody\nb: 1\n");
    assert_eq!(kinds(&problems), [ProblemKind::Syntax]);
    let root = documents.first().unwrap();
    assert_eq!(root.get("a").unwrap().text(), None);
    assert_eq!(root.get("b").unwrap().text(), Some("1"));
}

#[test]
fn duplicate_keys_are_both_kept() {
    let (documents, problems) = parse("a: 1\nb: 2\na: 3\n");
    assert_eq!(kinds(&problems), [ProblemKind::DuplicateKey]);
    assert_eq!(problems[0].offset, 10);
    let root = documents.first().unwrap();
    assert_eq!(root.get("a").unwrap().text(), Some("3"));
    assert_eq!(keys(root), ["a", "b", "a"]);
}

#[test]
fn a_broken_document_leaves_the_others() {
    let text = "a: 1\n---\nb: 2\nc: [x, y\nd: 'open\n---\ne: 3\n...\n";
    let (documents, problems) = parse(text);
    assert_eq!(kinds(&problems), [ProblemKind::Syntax]);
    assert!(problems[0].offset > 9 && problems[0].offset <= text.len());
    let roots: Vec<_> = documents.roots().collect();
    assert_eq!(roots[0].get("a").unwrap().text(), Some("1"));
    assert_eq!(roots[1].get("b").unwrap().text(), Some("2"));
    assert_eq!(roots.last().unwrap().get("e").unwrap().text(), Some("3"));
}

#[test]
fn what_was_read_before_a_break_stays() {
    let (documents, problems) = parse("a:\n  - b: 1\n  - c: [2, }\n");
    assert_eq!(kinds(&problems), [ProblemKind::Syntax]);
    let first = documents.first().unwrap().get("a").unwrap().items().next().unwrap();
    assert_eq!(first.get("b").unwrap().text(), Some("1"));
    let (documents, problems) = parse("a: 1\nb: 'open\n");
    assert_eq!(kinds(&problems), [ProblemKind::Syntax]);
    assert_eq!(keys(documents.first().unwrap()), ["a"]);
}

#[test]
fn no_content() {
    for text in ["", "\n", "# only a comment\n", "---\n", "\u{FEFF}"] {
        let (documents, problems) = parse(text);
        assert_eq!(problems, [], "{text:?}");
        assert!(documents.roots().all(Node::is_null), "{text:?}");
    }
}

#[test]
fn canonical_text_is_equal_for_equal_content() {
    let canonical = |text: &str| {
        let documents = good(text);
        let mut out = Vec::new();
        documents.first().unwrap().write_canonical(&mut out);
        String::from_utf8(out).unwrap()
    };
    let one = canonical("a: &x {p: '1'}\nb: *x\nc: [d]\n");
    assert_eq!(one, canonical("# said otherwise\nc:\n- \"d\"\nb: {p: 1}\na:\n  p: 1\n"));
    assert_eq!(one, "{1:a{1:p1:1}1:b{1:p1:1}1:c[1:d]}");
    assert_ne!(one, canonical("a: {p: 2}\nb: {p: 1}\nc: [d]\n"));
    assert_ne!(canonical("[a, b]"), canonical("[b, a]"));
    assert_ne!(canonical("['1:a']"), canonical("[1, a]"));
}

#[test]
fn attacks_end_quickly() {
    let bomb = (1..30).fold("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, n| {
        let alias = format!("*a{}", n - 1);
        text + &format!("a{n}: &a{n} [{}]\n", vec![alias; 10].join(","))
    });
    let cycle = "a: &a\n  <<: *a\n  b: [*a, *a, *a]\n".to_owned();
    let merges = (1..60)
        .fold("a0: &a0 {k: v}\n".to_owned(), |text, n| text + &format!("a{n}: &a{n} {{<<: [*a{0}, *a{0}]}}\n", n - 1));
    let cases = [
        ("alias bomb", bomb, None),
        ("cycle", cycle, None),
        ("merge bomb", merges, None),
        ("nested sequences", "[".repeat(10_000), Some(ProblemKind::TooComplex)),
        ("nested mappings", "{a: ".repeat(10_000), Some(ProblemKind::TooComplex)),
        ("nested items", "- ".repeat(10_000), Some(ProblemKind::TooComplex)),
        ("aliases", format!("a: &a 1\nb: [{}]\n", "*a,".repeat(300_000)), Some(ProblemKind::TooComplex)),
        ("nodes", format!("[{}]", "a,".repeat(1_200_000)), Some(ProblemKind::TooComplex)),
        ("duplicate keys", "k: v\n".repeat(100_000), Some(ProblemKind::DuplicateKey)),
        ("documents", "--- a\n".repeat(100_000), None),
        ("broken documents", "--- [\n".repeat(100_000), Some(ProblemKind::Syntax)),
        ("unclosed quote", format!("a: \"{}", "x ".repeat(500_000)), Some(ProblemKind::Syntax)),
    ];
    for (name, text, expected) in cases {
        let start = Instant::now();
        let (documents, problems) = parse(&text);
        assert_eq!(problems.first().map(|it| it.kind), expected, "{name}");
        for root in documents.roots() {
            root.write_canonical(&mut Vec::new());
            root.get("nothing");
            assert!(root.entries().iter().all(|(_, value)| value.get("nothing").is_none()));
        }
        // Generous: a loaded machine, without optimisation. What this catches takes minutes.
        assert!(start.elapsed() < Duration::from_secs(20), "{name} took {:?}", start.elapsed());
    }
}

fn check_bounds(node: Node<'_>, source: &str, depth: usize) {
    assert!(source.get(node.span()).is_some(), "{:?} in {source:?}", node.span());
    node.written();
    if depth < 20 {
        node.items().for_each(|it| check_bounds(it, source, depth + 1));
        for (key, value) in node.entries() {
            check_bounds(key, source, depth + 1);
            check_bounds(value, source, depth + 1);
        }
    }
}

/// All that is kept of a text, as text.
fn kept((documents, problems): &(Documents<'_>, Vec<Problem>)) -> String {
    format!("{:?}\n{:?}\n{:?}\n{problems:?}", documents.nodes, documents.roots, documents.tags)
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 1_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_is_read_line_by_line_is_what_the_parser_reads(
        text in "((|  |    |- |  - |    - |-   - )(|a: |b: |'c': |\"d e\" : |k:|- |#)(|x|x y|-x|a:b|x # y|x#y|'q'|\"q#\"|\\[\\]|\\[a, 'b c']|\\{ \\}|'a''b'|'a\n   b \n\n     c'|\"a\n  b\"|\\[a,\n    b\\]|\"c\\\\n\\\\\"d\"|\"\\\\x41\"|\\[a, \\{b: 'c'\\}, \\[\\]\\]|\\{a: b, c: \\[d\\]\\}|\\{a: b\\} x|>|>-|>\\+|\\||\\|-|\\|\\+|: |é|\u{2013}|£|\\$\\{\\{ a \\}\\}|true|~)(| |  )(\n|\n|\n|\n\n|\n  \n|\n---\n|\n--- # x\n)){1,9}(|\n| |   |    x|      x|  x: y)"
    ) {
        assert_eq!(kept(&parse(&text)), kept(&parse_whole(&text)), "{text:?}");
    }

    #[test]
    fn what_is_read_of_json_is_what_the_parser_reads(
        text in "(|---\n|# x\n|\n)(\\{|\\[)(|\n| |\"a\"|'b'|c|:|: |,|, |,\n|\\{|\\}|\\[|\\]|-|1|\"d\":|\"e\": 1,|#){0,8}(\\}|\\])(|\n|\n\n|\nx| # y\n|\n---\n\\[\\]\n)"
    ) {
        assert_eq!(kept(&parse(&text)), kept(&parse_whole(&text)), "{text:?}");
    }
}

proptest::proptest! {
    #[test]
    fn never_panics_and_spans_are_in_bounds(
        text in "(\\PC{0,6}|[-a:&*!|>'\"\\{\\}\\[\\],#% é\t\r\n?<]{0,8}|a: &b |\n  - |<<: \\*b|\n---\n|\u{FEFF}){0,12}"
    ) {
        let (documents, problems) = parse(&text);
        documents.roots().for_each(|root| {
            check_bounds(root, &text, 0);
            root.write_canonical(&mut Vec::new());
        });
        assert!(problems.iter().all(|it| it.offset <= text.len()));
    }
}
