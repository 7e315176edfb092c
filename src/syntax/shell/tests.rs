use super::simple_commands;

#[test]
fn words() {
    for (script, expected) in [
        ("", ""),
        ("a b  c", "a,b,c"),
        ("a\nb\r\nc", "a|b|c"),
        ("a && b || c; d & e | f |& g", "a|b|c|d|e|f|g"),
        ("a \\\n  b \\\r\n c", "a,b,c"),
        ("a 'b c' \"d e\" f'g'\"h\"", "a,b c,d e,fgh"),
        ("a \"\" ''", "a,,"),
        ("a # b\n# c\nd#e", "a|d#e"),
        ("a \"# b\" \\# c", "a,# b,#,c"),
        ("a > b 2>&1 < c >> d &> e", "a"),
        ("a 2>/dev/null b", "a,b"),
        ("a >&2 b 3>&- c", "a,b,c"),
        ("a <<< b c", "a,c"),
        ("cat <<EOF\nb\n  c\nEOF\nd", "cat|d"),
        ("cat <<-'EOF' > x\n\tb\n\tEOF\nd", "cat|d"),
        ("cat <<A <<\"B\"; c\n1\nA\n2\nB\nd", "cat|c|d"),
        ("a \"$(cat <<EOF\nb )\nEOF\n)\" c", "cat|a,$(),c"),
        ("(a; b) && { c; }", "a|b|{,c|}"),
        ("a $(b $(c) \"$(d \"e f\")\") g", "c|d,e f|b,$(),$()|a,$(),g"),
        ("a `b c` d", "b,c|a,$(),d"),
        ("a \"`b`\"", "b|a,$()"),
        ("a <(b) >(c)", "b|c|a,<(),<()"),
        ("X=(a b $(c)) d", "c|X=,d"),
        ("a $((1 + (2 * 3))) b", "a,$(()),b"),
        ("((i++)) && a", "$(())|a"),
        ("a ${b:-\"c d\"} ${e/{/}} f", "a,${b:-\"c d\"},${e/{/}},f"),
        ("a ${{ b && c || 'd;e' }} f", "a,${{ b && c || 'd;e' }},f"),
        ("a '${{ b == 'c' }}' d", "a,${{ b == 'c' }},d"),
        ("a \"${{ b == \"c\" }}\" d", "a,${{ b == \"c\" }},d"),
        ("f() { a; }\ng () {\nb\n}\nfunction h { c; }", "{,a|}|{|b|}|function,h,{,c|}"),
        ("case x in\n a) b ;;\n c|d) e;;\n (f) g ;;\n *)\n h\nesac\ni", "b|e|g|h|esac|i"),
        ("case $x in a) b;; esac; c", "b|c"),
        ("$(case x in a) b;; esac)", "b|$()"),
        ("[[ a =~ ^(b|c)$ && d < e ]] && f", "[[,a,=~,^(b|c)$,&&,d,<,e,]]|f"),
        ("a $'b\\'c' d", "a,b\\'c,d"),
        ("a é\\ü 'ö'", "a,éü,ö"),
    ] {
        let joined: Vec<String> = simple_commands(script).iter().map(|words| words.join(",")).collect();
        assert_eq!(joined.join("|"), expected, "{script}");
    }
}

#[test]
fn long_nesting_ends_quickly() {
    for part in ["$(", "(", "`", "\"$(", "${", "${{", "<<E\n", "'", "\"", "((", "$((", "case x in ", "a;", "f() {"] {
        simple_commands(&part.repeat(50_000));
    }
}

proptest::proptest! {
    #[test]
    fn never_panics(script in "(\\PC{0,4}|[a-c\\$\\(\\)\\{\\}`'\"\\\\;&|<># é\n\r\t=]{0,8}|<<E|case x in |esac|\\[\\[ |\\$\\{\\{){0,12}") {
        super::commands(&script);
    }
}
