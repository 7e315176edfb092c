use super::{INSTRUCTIONS, ItemKind, ProblemKind, TEMPLATE_BRACKETS, Word, parse, template_mark};

#[test]
fn tables_are_sorted() {
    assert!(INSTRUCTIONS.is_sorted());
    assert!(TEMPLATE_BRACKETS.is_sorted());
}

/// One line an item: stage, kind, texts; every word's span must give its text where it isn't joined from lines.
fn items(text: &str) -> Vec<String> {
    let show = |word: &Word<'_>| {
        if word.span.len() == word.text.len() {
            assert_eq!(&text[word.span.clone()], word.text, "{text:?}");
        }
        word.text.to_string()
    };
    let or_none = |word: &Option<Word<'_>>| word.as_ref().map_or("-".to_owned(), show);
    let file = parse(text);
    let line = |item: &super::Item<'_>| {
        let stage = item.stage.map_or("-".to_owned(), |stage| stage.to_string());
        let on_build = if item.on_build { " onbuild" } else { "" };
        let kind = match &item.kind {
            ItemKind::Arg { name, default } => format!("arg {} {}", show(name), or_none(default)),
            ItemKind::From { image, platform, name } => {
                format!("from {} {} {}", show(image), or_none(platform), or_none(name))
            }
            ItemKind::CopyFrom(from) => format!("copy {}", show(from)),
            ItemKind::MountFrom(from) => format!("mount {}", show(from)),
        };
        format!("{stage}{on_build} {kind}")
    };
    file.items.iter().map(line).collect()
}

#[test]
fn items_of_files() {
    for (text, expected) in [
        ("FROM alpine", vec!["0 from alpine - -"]),
        ("from alpine as Build\n", vec!["0 from alpine - Build"]),
        ("FROM --platform=$BUILDPLATFORM a AS b", vec!["0 from a $BUILDPLATFORM b"]),
        ("FROM\talpine\u{B}AS\u{C}b\r\n", vec!["0 from alpine - b"]),
        ("\u{FEFF}FROM alpine", vec!["0 from alpine - -"]),
        (
            "ARG A=1 B C=\"x y\" D=a\\ b\nFROM $A\nARG E",
            vec!["- arg A 1", "- arg B -", "- arg C \"x y\"", "- arg D a\\ b", "0 from $A - -", "0 arg E -"],
        ),
        ("FROM a\nCOPY --chown=x --from=b . .\nADD --from=c . .", vec!["0 from a - -", "0 copy b", "0 copy c"]),
        ("FROM a\nCOPY --from=\"b\" . .", vec!["0 from a - -", "0 copy b"]),
        ("FROM a\nCOPY . --from=b", vec!["0 from a - -"]),
        ("FROM a\nCOPY -- --from=b .", vec!["0 from a - -"]),
        (
            "FROM a\nRUN --mount=type=bind,from=b --mount=type=cache,FROM=c,target=/x \\\n --mount=from=d make",
            vec!["0 from a - -", "0 mount b", "0 mount c", "0 mount d"],
        ),
        ("FROM a\nRUN --mount='type=bind,\"from=b\"' make", vec!["0 from a - -", "0 mount b"]),
        ("FROM a\nRUN make --mount=from=b", vec!["0 from a - -"]),
        ("FROM a\nONBUILD COPY --from=b . .", vec!["0 from a - -", "0 onbuild copy b"]),
        // Heredocs: bodies hold no instructions.
        ("FROM a\nRUN cat <<EOF\nFROM x\nEOF\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        ("FROM a\nRUN <<-EOF\n\tFROM x\n\tEOF\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        ("FROM a\nCOPY <<A <<\"B\" /\nFROM x\nA\nFROM y\nB\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        ("FROM a\nRUN 3<<EOF cat\nFROM x\nEOF\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        ("FROM a\nONBUILD RUN <<EOF\nFROM x\nEOF\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        // No heredocs: JSON form, here-strings, other instructions, quoted text.
        ("FROM a\nRUN [\"cat\", \"<<EOF\"]\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        ("FROM a\nRUN cat <<<EOF\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        ("FROM a\nCMD cat <<EOF\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        ("FROM a\nRUN echo \"x <<EOF\"\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        // Words that only look like instructions.
        ("FROM a\nRUN x \\\n  # FROM c\n\n  FROM b", vec!["0 from a - -"]),
        ("# FROM x\nFROM a", vec!["0 from a - -"]),
        (
            " # escape=`\nFROM a\nCOPY `\n --from=b c:\\\nCOPY --from=d . .",
            vec!["0 from a - -", "0 copy b", "0 copy d"],
        ),
        // Templates.
        ("FROM {{ base }} AS b", vec!["0 from {{ base }} - b"]),
        ("FROM x:{% if a %}1{% endif %}", vec!["0 from x:{% if a %}1{% endif %} - -"]),
        ("{% if a %}\nFROM a\n{% else %}\nFROM b\n{% endif %}", vec!["0 from a - -", "1 from b - -"]),
        ("ARG X={{ x y }}\nFROM $X", vec!["- arg X {{ x y }}", "0 from $X - -"]),
        // Broken files.
        ("FROM", vec![]),
        ("FROM a b", vec!["0 from a - -"]),
        ("FROM a\nnonsense\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        ("FROM a\nRUN cat <<EOF\nFROM b", vec!["0 from a - -", "1 from b - -"]),
        ("", vec![]),
    ] {
        assert_eq!(items(text), expected, "{text:?}");
    }
}

#[test]
fn problems_of_files() {
    use ProblemKind::{FromWords, Template, UnknownInstruction, UnterminatedHeredoc};
    for (text, expected) in [
        ("FROM a\nRUN b", vec![]),
        ("FROM a b", vec![(5..8, FromWords)]),
        ("FROM", vec![(0..4, FromWords)]),
        ("FROM a to b", vec![(5..11, FromWords)]),
        ("FROM a\nINSTALL x", vec![(7..14, UnknownInstruction)]),
        ("{% if x %}\nFROM a", vec![(0..2, Template)]),
        ("@HEAD@\nFROM a", vec![(0..6, Template)]),
        ("FROM a\nRUN <<X\n<<X", vec![(11..14, UnterminatedHeredoc), (15..18, UnknownInstruction)]),
    ] {
        let found: Vec<_> = parse(text).problems.into_iter().map(|it| (it.span, it.kind)).collect();
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn places_behind_a_byte_order_mark_and_continuations() {
    let text = "\u{FEFF}FROM \\\r\n  alpine:\\\r\n3 AS b";
    let file = parse(text);
    let ItemKind::From { image, name, .. } = &file.items[0].kind else { panic!() };
    assert_eq!((image.text.as_ref(), &text[image.span.clone()]), ("alpine:3", "alpine:\\\r\n3"));
    assert_eq!(&text[name.as_ref().unwrap().span.clone()], "b");
}

#[test]
fn template_marks() {
    for (text, expected) in [
        ("alpine", None),
        ("a:{{ x }}", Some(2)),
        ("a:${{ x }}", Some(2)),
        ("a:<%= x %>", Some(2)),
        ("a@sha256:00", None),
        ("@A@b", Some(0)),
        ("a:@VERSION_1@", Some(2)),
        ("a@b@c", None),
        ("${X}", None),
    ] {
        assert_eq!(template_mark(text), expected, "{text}");
    }
}

/// Where `parse-dockerfile` reads a file, it finds the same images. (It knows heredocs at the start of a RUN only.)
#[test]
fn agrees_with_another_parser() {
    for text in [
        "ARG A=1\nFROM --platform=x a:$A AS b\nCOPY --from=b . .\nRUN --mount=type=bind,from=c x\nFROM d\n",
        "# escape=`\nFROM a `\n AS b\r\n# x\nRUN a `\n\n# y\n  b\nFROM c",
        "FROM a\nRUN <<EOF\nFROM x\nEOF\nCOPY <<E /x\nFROM y\nE\nFROM b",
        "\u{FEFF}from a\nCMD [\"FROM\", \"b\"]\nonbuild copy --from=x . .",
    ] {
        use parse_dockerfile::Instruction;
        let theirs: Vec<String> = parse_dockerfile::parse_iter(text)
            .unwrap()
            .filter_map(|instruction| match instruction.unwrap() {
                Instruction::From(from) => {
                    let name = from.as_.map(|(_, name)| name.value.into_owned());
                    Some(format!("{} {}", from.image.value, name.unwrap_or("-".to_owned())))
                }
                _ => None,
            })
            .collect();
        let ours: Vec<String> = parse(text)
            .items
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::From { image, name, .. } => {
                    Some(format!("{} {}", image.text, name.as_ref().map_or("-", |name| &name.text)))
                }
                ItemKind::Arg { .. } | ItemKind::CopyFrom(_) | ItemKind::MountFrom(_) => None,
            })
            .collect();
        assert_eq!(ours, theirs, "{text:?}");
    }
}

proptest::proptest! {
    #[test]
    fn never_panics(text in "((FROM|ARG|COPY|RUN|ONBUILD|--from=|--mount=from=|<<E|E|a|ä|\\{\\{|\"|'|\\\\|=|,|#| |\n|\r|\t){1}){0,30}") {
        parse(&text);
    }
}
