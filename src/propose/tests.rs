use super::{Home, Member, exact, inputs_in, propose};
use crate::pipeline::Fingerprint;
use crate::syntax::yaml;

fn member(repo: &str, text: &str) -> Member {
    let exact = yaml::parse(text).0.first().map_or(Fingerprint(0), exact);
    let path = ".github/workflows/ci.yml".to_owned();
    Member { repo: repo.to_owned(), path, text: text.to_owned(), exact }
}

fn home() -> Home {
    Home { repository: "acme/workflows".to_owned(), offers_templates: true }
}

const SHOP: &str = "\
name: CI
on:
  push:
    branches: [main]
permissions:
  contents: read
concurrency: ci-${{ github.ref }}
env:
  APP: shop
jobs:
  build:
    runs-on: ubuntu-latest
    permissions:
      packages: write
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      - name: Image
        run: |
          docker build -t ghcr.io/acme/shop:${{ github.sha }} .
          docker push ghcr.io/acme/shop:${{ github.sha }}
      - name: Tell
        if: failure()
        run: ./tell.sh \"$TOKEN\"
        env:
          TOKEN: ${{ secrets.CHAT }}
";

#[test]
fn what_varies_becomes_inputs() {
    let billing = SHOP
        .replace("shop", "billing")
        .replace("node-version: 20", "node-version: 22")
        .replace("[main]", "[main, develop]")
        .replace("name: Image", "name: Build the image")
        .replace("checkout@v4", "checkout@v3");
    let proposal = propose(&[member("acme/shop", SHOP), member("acme/billing", &billing)], &home()).unwrap();
    let shown: String = proposal.files.iter().map(|(path, text)| format!("=== {path}\n{text}")).collect();
    insta::assert_snapshot!(shown);
    assert_eq!(proposal.callers, 2);
}

#[test]
fn what_differs_in_more_than_values_keeps_its_copy() {
    let billing = SHOP.replace("shop", "billing");
    let told = |other: &str| {
        let members = [member("acme/shop", SHOP), member("acme/billing", &billing), member("acme/other", other)];
        let proposal = propose(&members, &home()).unwrap();
        assert_eq!(proposal.callers, 2, "{other}");
        let readme = &proposal.files.iter().find(|(path, _)| path == "README.md").unwrap().1;
        readme.lines().find(|it| it.starts_with("- `acme/other`")).unwrap_or_default().to_owned()
    };
    for (other, says) in [
        (SHOP.replace("if: failure()", "if: always()"), "steps.if: `always()` / `failure()`"),
        (SHOP.replace("        if: failure()\n", ""), "only some have if"),
        (SHOP.replace("docker build", "docker buildx build"), "the script differs, and in more than single words"),
        (SHOP.replace("node-version: 20", "node-version: ${{ matrix.node }}"), "known only inside of the workflow"),
        (SHOP.replace("APP: shop", "APP: ${{ inputs.app }}"), "APP: `${{ inputs.app }}` is known only inside"),
        (SHOP.replace("secrets.CHAT", "inputs.chat"), "take inputs of its own"),
        (SHOP.replace("ubuntu-latest", "windows-latest").replace("shop", "x"), "it runs on Windows"),
        (
            SHOP.replace("jobs:\n", "jobs:\n  other:\n    uses: ./.github/workflows/x.yml\n"),
            "a workflow of its own repository",
        ),
        (SHOP.replace("on:\n", "on:\n  workflow_call:\n"), "it is a template already"),
        ("on: [".to_owned(), ""),
    ] {
        let line = told(&other);
        assert!(line.contains(says) && !line.is_empty(), "{says}: {line}");
    }
}

#[test]
fn nothing_is_proposed_where_nothing_is_in_common() {
    let other = SHOP.replace("docker build", "podman build --all");
    let why = propose(&[member("acme/shop", SHOP), member("acme/other", &other)], &home()).unwrap_err();
    assert!(why.starts_with("The copies differ in more than values"), "{why}");
    assert!(propose(&[], &home()).is_err());
    assert!(propose(&[member("acme/shop", SHOP)], &home()).is_err());
    // A job that waits for one that is not there is no workflow, whatever the copies have in common.
    let broken = SHOP.replace("    runs-on", "    needs: absent\n    runs-on");
    let why = propose(&[member("acme/a", &broken), member("acme/b", &broken)], &home()).unwrap_err();
    assert!(why.contains("job build needs absent"), "{why}");
}

#[test]
fn inputs_of_texts() {
    for (text, expected) in [
        ("${{ inputs.a }}-${{ inputs.b-c }}", vec!["a", "b-c"]),
        ("inputs.a == 'x'", vec!["a"]),
        ("${{ github.event.inputs.a }}", vec![]),
        ("my-inputs.a", vec![]),
    ] {
        assert_eq!(inputs_in(text).collect::<Vec<_>>(), expected, "{text}");
    }
}
