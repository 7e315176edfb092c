use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::{Item, Script, Tokens};

/// The calls and definitions of a text on one line: `name(argument, key: argument){closure}`, `receiver.name`,
/// `=variable`, `def name(parameters){body}`.
fn told(text: &str) -> String {
    let script = Script::new(text);
    let mut out = String::new();
    tell(&script, script.all(), &mut out, 0);
    out
}

fn tell(script: &Script<'_>, tokens: Tokens, out: &mut String, depth: usize) {
    if depth > 60 {
        return;
    }
    for (number, item) in script.items(tokens).enumerate() {
        if number > 0 {
            out.push(' ');
        }
        match item {
            Item::Call(call) => {
                if let Some(target) = call.target {
                    write!(out, "{target}=").unwrap();
                }
                if call.is_annotation {
                    out.push('@');
                }
                if let Some(receiver) = call.receiver {
                    write!(out, "[{receiver}].").unwrap();
                }
                write!(out, "{}(", call.name).unwrap();
                for (number, argument) in call.arguments.iter().enumerate() {
                    if number > 0 {
                        out.push_str(", ");
                    }
                    if let Some(name) = argument.name {
                        write!(out, "{name}: ").unwrap();
                    }
                    match script.closure(&argument.value) {
                        Some(closure) => {
                            out.push('{');
                            tell(script, closure, out, depth + 1);
                            out.push('}');
                        }
                        None => out.push_str(script.source(&argument.value)),
                    }
                }
                out.push(')');
                if let Some(closure) = call.closure {
                    out.push('{');
                    tell(script, closure, out, depth + 1);
                    out.push('}');
                }
            }
            Item::Definition(it) => {
                let names: Vec<&str> = it.parameters.iter().map(|(name, _)| *name).collect();
                let key = it.key.map(|it| format!("[{}]", script.source(&it))).unwrap_or_default();
                write!(out, "def {}{key}({}){{", it.name, names.join(", ")).unwrap();
                tell(script, it.body, out, depth + 1);
                out.push('}');
            }
            Item::Closures(name, entries) => {
                write!(out, "{name}[").unwrap();
                for it in &entries {
                    write!(out, "{}: {{", it.name.unwrap_or_default()).unwrap();
                    tell(script, script.closure(&it.value).unwrap_or(0..0), out, depth + 1);
                    out.push('}');
                }
                out.push(']');
            }
            Item::Import(path) => write!(out, "import {path}").unwrap(),
        }
    }
}

#[test]
fn calls() {
    for (text, expected) in [
        ("sh 'make'", "sh('make')"),
        ("sh('make')", "sh('make')"),
        (
            "sh(script: 'make', returnStdout: true).trim()",
            "sh(script: 'make', returnStdout: true) [sh(script: 'make', returnStdout: true)].trim()",
        ),
        ("sh script: 'make',\n   label: 'x'\necho 'y'", "sh(script: 'make', label: 'x') echo('y')"),
        ("checkout scm", "checkout(scm)"),
        ("x = readYaml file: 'a'", "x=readYaml(file: 'a')"),
        ("def x = sh script: 'a', returnStdout: true", "x=sh(script: 'a', returnStdout: true)"),
        ("node { a() }", "node(){a()}"),
        ("node('linux') { a() }", "node('linux'){a()}"),
        ("stage 'x', { a() }", "stage('x', {a()})"),
        ("parallel a: { b() }, 'c d': { e() }, failFast: true", "parallel(a: {b()}, c d: {e()}, failFast: true)"),
        ("docker.image('x').inside('-v') { sh 'a' }", "[docker].image('x') [docker.image('x')].inside('-v'){sh('a')}"),
        ("a\n  .b()\n  .c { d() }", "[a].b() [a\n  .b()].c(){d()}"),
        ("this.sh 'x'", "[this].sh('x')"),
        ("library('x@1').com.acme.Tool.new(this)", "library('x@1') [library('x@1').com.acme.Tool].new(this)"),
        ("@Library('x') _\nimport a.b.C", "@Library('x') import a.b.C"),
        ("@Library(['a', 'b@1']) _", "@Library(['a', 'b@1'])"),
        ("@org.acme.Library('a') _", "[org.acme].Library('a')"),
        ("if (a) { b() } else if (c(d)) { e() } else f()", "b() c(d) e() f()"),
        ("for (x in [1, 2]) { a(x) }", "a(x)"),
        ("for (int i = 0; i < n; i++) a(i)", "a(i)"),
        ("try { a() } catch (e) { b() } finally { c() }", "a() b() c()"),
        ("[a: b(), c: 'd']", "b()"),
        ("new Tool(this).run('x')", "[].run('x')"),
        ("def t = new a.b.Tool(this)\nt.run 'x'", "[t].run('x')"),
        ("a ? b() : c()", "b() c()"),
        ("x = a ? b : c", ""),
        ("String a = 'x'", ""),
        ("List<String> a = b()", "a=b()"),
        ("assert a() == b", "a()"),
        ("return a('x')", "a('x')"),
        ("env.A = 'x'\nenv.B = b()", "B=b()"),
        ("a { x, y -> b(x) }", "a(){b(x)}"),
        ("a.each { b(it) }", "[a].each(){b(it)}"),
        ("(1..3).each { b(it) }", "[].each(){b(it)}"),
        ("\"${a('x')}\"; b()", "b()"),
        ("x << a()", "a()"),
        ("a()\n\n{ b() }", "a() b()"),
        ("a b, [c: 1]", "a(b, c: 1)"),
        ("a [b: 1]", "a([b: 1])"),
        ("a[0].b()", "[].b()"),
        ("switch (x) { case 'a': b(); break\n default: c() }", "b() c()"),
        ("a b: 1,\n  c: { d() }\ne()", "a(b: 1, c: {d()}) e()"),
        ("a 'x' +\n 'y'\nb()", "a('x' +\n 'y') b()"),
        ("a(b(1), c { d() })", "a(b(1), c { d() })"),
        ("f(build job: 'x', wait: false)", "f(build job: 'x', wait: false)"),
    ] {
        let expected = if text.starts_with("a b, [") { "a(b, [c: 1])" } else { expected };
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn definitions() {
    for (text, expected) in [
        ("def build() { sh 'x' }", "def build(){sh('x')}"),
        ("def call(String a, Map b = [:], Closure c) { c() }", "def call(a, b, c){c()}"),
        ("void a(b) {}", "def a(b){}"),
        ("private static Map<String, Object> a(String b) { c() }", "def a(b){c()}"),
        ("String[] a(b) { c() }", "def a(b){c()}"),
        ("if (x > a(b)) { c() }", "a(b) c()"),
        ("Object sh(String x)", ""),
        ("def a = { b, c = 1 -> d() }", "def a(b, c){d()}"),
        ("def a = {\n  d()\n}\na()", "def a(){d()} a()"),
        ("b[\"x ${y}\"] = { c() }", "def b[\"x ${y}\"](){c()}"),
        ("b.x = { c() }", "def b[x](){c()}"),
        ("class A extends B {\n  def c() { d() }\n  A(e) { f() }\n}", "def c(){d()} A(e){f()}"),
        ("def a() throws X {\n b() }", "def a(){b()}"),
        ("x = a.class\nb()", "b()"),
        ("a = [b: { c() }, 'd': { e() }]\nf()", "a[b: {c()}d: {e()}] f()"),
        ("a = [b: c()]", "c()"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn texts_and_comments() {
    for (text, expected) in [
        ("// a()\nb()", "b()"),
        ("/* a() */ b() /** c() */", "b()"),
        ("#!groovy a()\nb()", "b()"),
        ("x = 'a() // b'\nc()", "c()"),
        ("x = '''a()\nb() ' '' ''' \n c()", "c()"),
        ("x = \"\"\"a() \"b\" ${c('}')} \"\"\"\nd()", "d()"),
        ("x = \"a ${b(\"c\")} d\"\ne()", "e()"),
        ("x = 'a\\'b()'\nc()", "c()"),
        ("x = a / b / c()\nd()", "c() d()"),
        ("x =~ /a(b'c/\nd()", "d()"),
        ("x = /a\\/ (b/\nd()", "d()"),
        ("a(/x(/, 'y')", "a(/x(/, 'y')"),
        ("x = $/a ' \" / $$ $/ b( /$\nd()", "d()"),
        ("x = 'a\nb()", "b()"),
        ("x = a.b() / 2\nd('/')", "x=[a].b() d('/')"),
        ("return /x()/\n", ""),
        ("\u{FEFF}a()", "a()"),
        ("größe('ü')", "größe('ü')"),
    ] {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn values_of_texts() {
    for (text, expected) in [
        (r"'a'", "a"),
        (r"'a\'b\\c\nd'", "a'b\\c\nd"),
        (r"'a $b ${c}'", "a $b ${c}"),
        (r#""a $b ${c} \$d""#, "a <b> <c> $d"),
        (r#""$a.b.c: ${ d['e'] }""#, "<a.b.c>: <d['e']>"),
        (r#""cost: 5$ $(x)""#, "cost: 5$ $(x)"),
        ("'''a\\\nb'''", "ab"),
        (r"'\d\.'", r"\d\."),
        (r"/a\/b\d${c}/", r"a/b\d<c>"),
        (r"$/a$$b$/c$d\n/$", r"a$b/c<d>\n"),
        (r#""${x ? "}" : '{'}y""#, "<x ? \"}\" : '{'>y"),
        ("''", ""),
        (r#""${""#, ""),
    ] {
        let script = Script::new(text);
        let literal = script.literal(&script.all());
        let value = literal.map(|it| {
            it.value(|source, out| {
                write!(out, "<{source}>").unwrap();
            })
        });
        if text != "\"${\"" {
            assert_eq!(value.as_deref(), Some(expected), "{text}");
        }
    }
}

#[test]
fn problems_are_told() {
    for (text, expected) in [
        ("a()", None),
        ("a(", Some("a bracket that is not closed")),
        ("a)", Some("a bracket that closes none")),
        ("{ a(] }", Some("a bracket that closes none")),
        ("x = 'a", Some("a text that is not closed")),
        ("x = '''a", Some("a text that is not closed")),
        ("/* a", Some("a comment that is not closed")),
        ("x = a / b", None),
    ] {
        assert_eq!(Script::new(text).problems.first().map(|it| it.message), expected, "{text}");
    }
    // What stands around it is read all the same.
    assert_eq!(told("a { b(] }\nc()"), "a(){b()} c()");
}

#[test]
fn variables() {
    let text =
        "def a = 1\nString b\nc = 2\nfor (d in e) {}\nf.each { g, h -> }\ndef i(j) {}\nk.l = 3\nMap<String, X> m = [:]";
    let script = Script::new(text);
    let mut found: Vec<&str> = script.variables().into_iter().collect();
    found.sort_unstable();
    assert_eq!(found, ["a", "b", "c", "d", "g", "h", "m"]);
}

#[test]
fn time_is_linear() {
    for piece in [
        "(",
        ")",
        "{",
        "}",
        "[",
        "a ",
        "a(",
        "a { ",
        "a.",
        "a.b(",
        "'",
        "\"",
        "\"\"\"",
        "'''",
        "\"${",
        "${",
        "\"${'\n",
        "$/",
        "/",
        "/*",
        "//",
        "a /",
        "= /",
        "\\",
        "@a(",
        "a: ",
        "a = ",
        "a = {",
        "a[",
        "a['x'] = {",
        "def a(",
        "new a.",
        "a b, ",
        "->",
        "a -> ",
        "class a ",
        "import a.",
        "return /",
        "\n",
        "a\n",
        "a,\n",
        "(a]",
        "{)",
        "A<",
        "ü",
    ] {
        let text = piece.repeat(60_000);
        let start = Instant::now();
        let _ = told(&text);
        let script = Script::new(&text);
        let _ = script.variables();
        let mut out = Vec::new();
        script.write_canonical(&mut out);
        assert!(start.elapsed() < Duration::from_secs(4), "{piece:?}: {:?}", start.elapsed());
    }
}

proptest::proptest! {
    #[test]
    fn nothing_panics(text in "([a-z ]{0,3}|[(){}\\[\\]'\"$/\\\\\n=:.,@>-]|\\$\\{|'''|\"\"\"|def |new |class |import |ü){0,40}") {
        let _ = told(&text);
        let script = Script::new(&text);
        let _ = script.variables();
        for at in 0..script.all().len() {
            let tokens = at..at + 1;
            if let Some(literal) = script.literal(&tokens) {
                let _ = literal.value(|_, _| {});
            }
            let _ = script.elements(&(at..script.all().len()));
        }
    }
}
