# What people run here. CI runs .ci/run, which is the same checks on a fresh machine.

set shell := ["bash", "-euo", "pipefail", "-c"]

# The list of recipes.
default:
    @just --list --unsorted

# Everything that has to hold before a commit is shown to others.
ready:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
    cargo test --locked
    @if command -v cargo-deny > /dev/null; then cargo deny --locked check licenses bans sources; else echo "cargo-deny is not installed: dependencies were not checked (cargo install --locked cargo-deny)"; fi

# Writes the expectations that the code may write itself; read the diff before you commit it.
update:
    UPDATE=1 cargo test --locked

# The same checks of the GitHub Action that CI runs, with a levelset that is there: just action target/debug/levelset
[doc("Checks the GitHub Action by running it")]
action levelset="target/debug/levelset":
    .ci/action.sh "{{levelset}}"

# Runs `levelset github` against a stand-in for GitHub, held to GitHub's own OpenAPI description.
github:
    cargo build --locked --quiet
    .ci/github.sh "${CARGO_TARGET_DIR:-target}/debug/levelset"

# Makes everything say a new version, in one commit with a tag: just release 1.2.3
release version:
    support/release.sh "{{version}}"

# Adds a release's checksums to the table of the GitHub Action: just checksums 1.2.3
checksums version:
    support/checksums.sh "{{version}}"

# Speed against `rg --files`, on a folder of clones: just bench ~/src/acme
bench folder:
    benches/scan.sh "{{folder}}"

# Speed and memory of clustering made-up pipelines: just bench-clusters 50000
bench-clusters pipelines="50000":
    cargo bench --locked --quiet --bench clusters -- {{pipelines}}

# Fuzzes one of the targets in fuzz/ for some seconds, from the cases in testdata/: just fuzz terraform_module 120
[doc("Fuzzes one of the targets in fuzz/ for some seconds")]
fuzz target seconds="60":
    fuzz/seeds.sh {{target}} fuzz/corpus/{{target}}
    cargo +nightly fuzz run {{target}} -- -max_total_time={{seconds}} -rss_limit_mb=4096 -timeout=10

# Validates the SARIF files below a folder as code scanning would read them.
sarif folder:
    .ci/sarif.sh "{{folder}}"

# Opens the reports of the example organisations in Chromium and holds them to what readers need.
browser:
    cargo build --locked --quiet
    .ci/browser.sh "${CARGO_TARGET_DIR:-target}/debug/levelset"

# Size and times of the page of a made-up organisation of so many repositories, out of these facts: just page out/facts.jsonl 5000
[doc("Size and times of the page of a made-up organisation of so many repositories")]
page facts repositories="5000":
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --locked --release --quiet
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
    node tests/browser/organisation.mjs "{{facts}}" "{{repositories}}" > "$out/facts.jsonl"
    levelset=${CARGO_TARGET_DIR:-target}/release/levelset
    "$levelset" report --format html "$out/facts.jsonl" > "$out/report.html"
    "$levelset" report --format json "$out/facts.jsonl" > "$out/summary.json"
    node tests/browser/report.mjs --time "$out"

# Scans each subfolder of LEVELSET_CORPUS as an organisation and prints the figures, to compare runs by.
#
# With LEVELSET_COMPARE, a command that reads an inventory as JSON lines on standard input and takes the path of
# LEVELSET_ORACLE (what another tool says of the same clones) as its argument, the two are compared.
[doc("Scans each subfolder of LEVELSET_CORPUS as an organisation and prints the figures")]
corpus:
    #!/usr/bin/env bash
    set -euo pipefail
    : "${LEVELSET_CORPUS:?name a folder of clones, one subfolder for each organisation}"
    cargo build --locked --release --quiet
    levelset=${CARGO_TARGET_DIR:-target}/release/levelset
    for organisation in "$LEVELSET_CORPUS"/*/; do
      "$levelset" scan --no-progress --format json "$organisation" | jq -r '
        def pairs: to_entries | map("\(.key) \(.value)") | join(", ");
        "\(.organisation.owners | join(", ")): level \(.level.low) to \(.level.high)",
        "  \(.coverage.repositories) repositories, \(.coverage.files_seen) files, \(.coverage.files_read) read",
        "  gaps: \(.coverage.gaps | pairs)",
        "  not read: \(.coverage.unread_pipelines | pairs)",
        (.adoption[] | "  \(.artifact // "any"): \(.repositories.n) of \(.repositories.of), \(.repositories.unknown) unknown; calls \(.calls.n) of \(.calls.of)"),
        "  pipelines: \(.pipelines.delivery) deliver, \(.pipelines.distinct_structures) structures, \(.pipelines.singletons) found once",
        (.findings[] | "  \(.id): \(.count) in \(.repositories) repositories")'
    done
    if [ -n "${LEVELSET_COMPARE:-}" ]; then
      : "${LEVELSET_ORACLE:?name what LEVELSET_COMPARE compares with}"
      "$levelset" inventory --no-progress --format jsonl "$LEVELSET_CORPUS" | $LEVELSET_COMPARE "$LEVELSET_ORACLE"
    fi
