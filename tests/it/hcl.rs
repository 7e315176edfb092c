//! The HCL scanner against two independent parsers: tree-sitter-hcl and hcl-edit must see the same blocks, labels,
//! attributes and values wherever they accept the file. `LEVELSET_CORPUS` names a folder of clones to do the same
//! for; and no input, however mangled, makes the scanner panic or point outside its text.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a harness that reads testdata")]

use std::fs;
use std::ops::Range;
use std::path::Path;

use hcl_edit::Span as _;
use levelset::syntax::hcl::{Body, expression, literal, scan, scan_list, scan_object};
use proptest::prelude::{Just, ProptestConfig, Strategy as _, any, prop, prop_oneof, proptest};
use tree_sitter::{Node, Parser};

/// One block or attribute: how deep it lies, its words, and where its value is.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    at: usize,
    depth: usize,
    words: Vec<String>,
    value: Option<(usize, usize)>,
}

#[test]
fn the_scanner_sees_what_parsers_see_in_testdata() {
    let compared = compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"));
    assert!(compared.tree_sitter >= 15 && compared.hcl_edit >= 15, "{compared:?}");
}

#[test]
fn the_scanner_sees_what_parsers_see_in_a_corpus() {
    match std::env::var_os("LEVELSET_CORPUS") {
        Some(folder) => println!("{:?}", compare(Path::new(&folder))),
        None => println!("LEVELSET_CORPUS is not set: no corpus was compared"),
    }
}

#[derive(Debug, Default)]
struct Compared {
    files: usize,
    tree_sitter: usize,
    hcl_edit: usize,
    with_problems: usize,
}

fn compare(root: &Path) -> Compared {
    let mut compared = Compared::default();
    let mut wrong = Vec::new();
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_hcl::LANGUAGE.into()).unwrap();
    for file in terraform_files(root) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let (body, problems) = scan(&text);
        let ours = rows_of_scanner(&body);
        compared.files += 1;
        compared.with_problems += usize::from(!problems.is_empty());
        let tree = parser.parse(&text, None).unwrap();
        if !tree.root_node().has_error() {
            compared.tree_sitter += 1;
            let mut theirs = Vec::new();
            rows_of_tree(tree.root_node(), &text, 0, &mut theirs);
            wrong.extend(difference("tree-sitter", &file, &ours, &theirs));
        }
        if let Ok(theirs) = hcl_edit::parser::parse_body(&text) {
            compared.hcl_edit += 1;
            let mut rows = Vec::new();
            rows_of_hcl_edit(&theirs, 0, &mut rows);
            wrong.extend(difference("hcl-edit", &file, &ours, &rows));
        }
    }
    assert!(wrong.is_empty(), "{} files differ\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    compared
}

fn difference(parser: &str, file: &Path, ours: &[Row], theirs: &[Row]) -> Option<String> {
    let at = (0..ours.len().max(theirs.len())).find(|&at| ours.get(at) != theirs.get(at))?;
    Some(format!("{}: ours {:?}, {parser} {:?}", file.display(), ours.get(at), theirs.get(at)))
}

fn terraform_files(root: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() && entry.file_name() != ".git" {
                folders.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|it| it == "tf") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn rows_of_scanner(body: &Body<'_>) -> Vec<Row> {
    let depth = |parent: Option<usize>| std::iter::successors(parent, |&index| body.blocks[index].parent).count();
    let blocks = body.blocks.iter().map(|block| Row {
        at: block.at,
        depth: depth(block.parent),
        words: std::iter::once(block.kind)
            .chain(body.labels(block).iter().map(|it| it.text))
            .map(str::to_owned)
            .collect(),
        value: None,
    });
    let attributes = body.attributes.iter().map(|attribute| Row {
        at: attribute.name_span.start,
        depth: depth(attribute.parent),
        words: vec![attribute.name.to_owned()],
        value: Some((attribute.value_span.start, attribute.value_span.end)),
    });
    let mut rows: Vec<Row> = blocks.chain(attributes).collect();
    rows.sort();
    rows
}

fn rows_of_tree(node: Node<'_>, text: &str, depth: usize, rows: &mut Vec<Row>) {
    for child in node.named_children(&mut node.walk()) {
        let words = |kinds: &[&str]| -> Vec<String> {
            let named: Vec<_> = child.named_children(&mut child.walk()).collect();
            let words = named.iter().filter(|it| kinds.contains(&it.kind()));
            words.map(|it| text[it.byte_range()].trim_matches('"').to_owned()).collect()
        };
        match child.kind() {
            "body" => rows_of_tree(child, text, depth, rows),
            "attribute" => {
                let value = child.named_children(&mut child.walk()).find(|it| it.kind() == "expression");
                rows.push(Row {
                    at: child.start_byte(),
                    depth,
                    words: words(&["identifier"]),
                    value: value.map(|it| trimmed(text, it.byte_range())),
                });
            }
            "block" => {
                let words = words(&["identifier", "string_lit"]);
                rows.push(Row { at: child.start_byte(), depth, words, value: None });
                rows_of_tree(child, text, depth + 1, rows);
            }
            _ => {}
        }
    }
}

/// tree-sitter's heredocs begin and end with the blanks around them.
fn trimmed(text: &str, span: Range<usize>) -> (usize, usize) {
    let inside = &text[span.clone()];
    let start = span.start + (inside.len() - inside.trim_start().len());
    (start, start + inside.trim().len())
}

fn rows_of_hcl_edit(body: &hcl_edit::structure::Body, depth: usize, rows: &mut Vec<Row>) {
    for structure in body {
        if let Some(attribute) = structure.as_attribute() {
            rows.push(Row {
                at: attribute.key.span().unwrap().start,
                depth,
                words: vec![attribute.key.as_str().to_owned()],
                value: attribute.value.span().map(|it| (it.start, it.end)),
            });
        }
        if let Some(block) = structure.as_block() {
            let labels = block.labels.iter().map(|it| it.as_str().to_owned());
            rows.push(Row {
                at: block.ident.span().unwrap().start,
                depth,
                words: std::iter::once(block.ident.as_str().to_owned()).chain(labels).collect(),
                value: None,
            });
            rows_of_hcl_edit(&block.body, depth + 1, rows);
        }
    }
}

/// Everything the scanner tells must lie in the text, in order, and be what the text says there.
fn hold_to_the_text(text: &str) {
    let (body, problems) = scan(text);
    for attribute in &body.attributes {
        assert_eq!(&text[attribute.value_span.clone()], attribute.value);
        assert_eq!(&text[attribute.name_span.clone()], attribute.name);
        assert!(attribute.parent.is_none_or(|index| body.blocks[index].at < attribute.name_span.start));
        drop(literal(attribute.value));
        drop(scan_object(text, attribute.value_span.clone()));
        drop(scan_list(text, attribute.value_span.clone()));
    }
    for block in &body.blocks {
        assert_eq!(&text[block.at..block.at + block.kind.len()], block.kind);
        assert!(text.get(body.head(block)).is_some());
        for label in body.labels(block) {
            assert_eq!(&text[label.span.clone()], label.text);
        }
        let within: Vec<_> = body.children(block).map(|it| it.parent).collect();
        assert!(
            within
                .iter()
                .all(|parent| { parent.is_some_and(|index| std::ptr::eq(&raw const body.blocks[index], block)) })
        );
    }
    assert!(problems.iter().all(|it| it.at <= text.len()));
    assert!(problems.is_sorted_by_key(|it| it.at));
}

fn pieces() -> impl proptest::strategy::Strategy<Value = String> {
    let piece = prop_oneof![
        Just("module \"x\" {\n".to_owned()),
        Just("  source = \"./x\"\n".to_owned()),
        Just("\"${".to_owned()),
        Just("%{ if".to_owned()),
        Just("<<-EOF\n".to_owned()),
        Just("EOF\n".to_owned()),
        Just("/*".to_owned()),
        Just("*/".to_owned()),
        Just("é\\".to_owned()),
        Just("\r\n".to_owned()),
        prop::sample::select("{}[]()\"'$%=,:#/<\\\n é\u{FEFF}".chars().collect::<Vec<_>>()).prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_is_scanned_in_bounds(text in any::<String>()) {
        hold_to_the_text(&text);
    }

    #[test]
    fn pieces_of_hcl_are_scanned_in_bounds(text in pieces()) {
        hold_to_the_text(&text);
        drop(expression::parse(&text).literal_prefix());
    }

    #[test]
    fn mutated_files_are_scanned_in_bounds(cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), insert in pieces()) {
        const FILES: [&str; 3] = [
            include_str!("../../testdata/extract/terraform/calls/infra/main.tf"),
            include_str!("../../testdata/extract/terraform/heredoc-with-module-inside/main.tf"),
            include_str!("../../testdata/extract/terraform/legacy-0.11/main.tf"),
        ];
        for file in FILES {
            // These files are ASCII: every offset is a character's.
            let mutated = format!("{}{insert}{}", &file[..at.index(file.len())], &file[cut.index(file.len())..]);
            hold_to_the_text(&mutated);
        }
    }
}

#[test]
fn repetition_without_end_takes_neither_stack_nor_time() {
    let pieces = [
        "a {\n",
        "x = [",
        "x = \"${",
        "x = {",
        "x = f(",
        "}",
        "x = <<",
        "x = <<E\nmodule \"x\" {\n",
        "/*\nmodule \"x\" {\n",
        "x = \"${{",
        "\"\n",
        "a \"",
        "x = <<E\n${a}",
        "{{",
        "x = \"${a}\" ",
    ];
    for piece in pieces {
        hold_to_the_text(&piece.repeat(30_000));
        hold_to_the_text(&format!("x = <<E\n{}", piece.repeat(30_000)));
    }
}
