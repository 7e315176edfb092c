#!/usr/bin/env bash
# Runs `levelset github` against a stand-in for GitHub (tests/github/api.py): first with a validator in between that holds
# each request and each answer to GitHub's own OpenAPI description, then under faults.
#
#   .ci/github.sh LEVELSET     the program
#
# Needs git, jq, node, npm, openssl and python3; what it installs goes to target/github-tools. Ends what it starts.
set -euo pipefail

PRISM_VERSION=5.14.2
OPENAPI_VERSION=23.0.2

[ $# -eq 1 ] && [ -x "$1" ] || { echo "usage: $0 LEVELSET (a program)" >&2; exit 2; }
levelset=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
tools=${GITHUB_TOOLS:-$root/target/github-tools}
mkdir -p "$tools"
packages=()
[ -x "$(command -v nginx || echo /usr/sbin/nginx)" ] || packages+=(nginx-light)
[ -x "$(command -v fcgiwrap || echo /usr/sbin/fcgiwrap)" ] || packages+=(fcgiwrap)
if [ ${#packages[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" apt-get install -q -y --no-install-recommends "${packages[@]}"
fi
if [ ! -x "$tools/node_modules/.bin/prism" ] || [ ! -d "$tools/node_modules/@octokit/openapi" ]; then
  npm install --prefix "$tools" --silent --no-audit --no-fund --ignore-scripts \
    "@stoplight/prism-cli@$PRISM_VERSION" "@octokit/openapi@$OPENAPI_VERSION"
fi

work=$(mktemp -d)
started=()
cleanup() {
  for it in ${started[@]+"${started[@]}"}; do kill "$it" 2> /dev/null || true; done
  [ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap cleanup EXIT
part() {
  printf -- '-- %s (%s s)\n' "$1" "$SECONDS"
}
wrong() {
  echo "$1" >&2
  exit 1
}
# equal WHAT EXPECTED FOUND
equal() {
  [ "$2" = "$3" ] || wrong "$1: expected
$2
found
$3"
}
# until_it_listens PORT
until_it_listens() {
  for _ in $(seq 300); do
    if (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null; then return; fi
    sleep 0.2
  done
  wrong "nothing listens on port $1"
}
# github WORLD [OPTION...]: starts the stand-in, whose port is $port.
github() {
  local out
  out=$(mktemp "$work/port.XXXXXX")
  python3 "$root/tests/github/api.py" "$@" > "$out" &
  started+=($!)
  for _ in $(seq 100); do
    port=$(cat "$out")
    [ -z "$port" ] || return 0
    sleep 0.1
  done
  wrong "the stand-in for GitHub doesn't start"
}

# What levelset gets to know of the outside: no token, no gh, no cache of somebody.
clean=(env -i "PATH=$PATH" "HOME=$work/home" GITHUB_SERVER_URL=https://github.com)
mkdir -p "$work/home"
token=ghp_0123456789abcdefghijklmnopqrstuvwxyz
with_token=("${clean[@]}" "GH_TOKEN=$token")
with_app=("${clean[@]}" LEVELSET_APP_ID=12 "LEVELSET_APP_PRIVATE_KEY_FILE=$work/app.pem")
openssl genrsa -out "$work/app.pem" 2048 2> /dev/null
openssl rsa -in "$work/app.pem" -pubout -out "$work/app.pub.pem" 2> /dev/null

part "A report of the example organisation"
example=$(bash "$root/testdata/orgs/clone.sh" acme)
"$levelset" scan --quiet --no-progress --out "$work/report" "$example"
# A world with the repositories, commits and branches that the report is about, and no others but those for lists: 250
# repositories of another owner are three pages.
find "$work/report/sarif" -name '*.sarif' -exec cat {} + | jq -s --arg token "$token" '
  { tokens: [$token], polls: 0,
    apps: [{ id: "12", installation: 77, owner: "acme", public_key: "app.pub.pem" }],
    repositories: (
      [ .[].runs[0].versionControlProvenance[0] | select(. != null)
        | { name: (.repositoryUri | sub("https://github.com/"; "")), commits: [.revisionId], refs: [.branch] } ]
      + [ range(250) | { name: "big/r\(.)", visibility: "public" } ]
      + [ { name: "big/old", archived: true }, { name: "big/fork", fork: true }, { name: "big/new", size: 0 },
          { name: "big/start", is_template: true } ]) }
  | .repositories[0].polls = 1' > "$work/world.json"
n=$(jq '[.repositories[] | select(.name | startswith("acme/"))] | length' "$work/world.json")
[ "$n" -gt 3 ] || wrong "the example organisation has $n repositories with a place on GitHub"

part "By GitHub's own description"
node "$root/tests/github/subset.mjs" "$tools/node_modules/@octokit/openapi/generated/api.github.com.json" > "$work/openapi.json"
prism=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
github "$work/world.json" --log "$work/log.jsonl" --public-url "http://127.0.0.1:$prism"
real=$port
"$tools/node_modules/.bin/prism" proxy --host 127.0.0.1 --port "$prism" --errors "$work/openapi.json" "http://127.0.0.1:$real" \
  > "$work/prism.log" 2>&1 &
started+=($!)
until_it_listens "$prism"
# The validator sees what is wrong, or its silence says nothing.
status=$(curl -s -o "$work/refused" -w '%{http_code}' -X POST -H "authorization: Bearer $token" -H 'accept: application/vnd.github+json' \
  -H 'content-type: application/json' -d '{"ref": "main", "commit_sha": "1", "sarif": "x", "category": "y"}' \
  "http://127.0.0.1:$prism/repos/acme/web/code-scanning/sarifs")
grep -q 'VIOLATIONS\|UNPROCESSABLE\|violation' "$work/refused" || wrong "the validator lets through what GitHub doesn't: $status $(cat "$work/refused")"

via=("GITHUB_API_URL=http://127.0.0.1:$prism")
"${with_token[@]}" "${via[@]}" "$levelset" github list big --format names > "$work/names" 2> "$work/said"
equal "repositories" 250 "$(wc -l < "$work/names" | tr -d ' ')"
grep -q '^250 repositories; left out: 1 archived (--archived takes them), 1 empty, 1 forks (--forks takes them), 1 templates' "$work/said" ||
  wrong "what is left out: $(cat "$work/said")"
head -n 3 "$work/names" > "$work/some"
echo "acme/gone" >> "$work/some"
code=0
"${with_token[@]}" "${via[@]}" "$levelset" github list --repos "$work/some" --format jsonl > "$work/looked-up" 2> "$work/said-of-some" || code=$?
equal "one that is gone" "1 3" "$code $(wc -l < "$work/looked-up" | tr -d ' ')"
"${with_app[@]}" "${via[@]}" "$levelset" github list acme --format names > "$work/names-of-app" 2> "$work/said-of-app"
equal "what the App is installed for" "$n" "$(wc -l < "$work/names-of-app" | tr -d ' ')"
"${with_app[@]}" "${via[@]}" "$levelset" github upload "$work/report" > "$work/uploaded" 2> "$work/said-of-upload" ||
  wrong "the upload: $(cat "$work/uploaded" "$work/said-of-upload")"
equal "what was uploaded" "$n" "$(grep -c '  uploaded  ' "$work/uploaded")"
# The one request that was meant to be wrong was refused as such, and nothing else.
grep 'VIOLATIONS\|UNPROCESSABLE_ENTITY' "$work/prism.log" > "$work/violations"
equal "violations of GitHub's description" 1 "$(wc -l < "$work/violations" | tr -d ' ')"
jq -s '[.[] | select(.method == "POST" and (.path | endswith("sarifs")))] | length' "$work/log.jsonl" > "$work/n-posts"
equal "uploads" "$n" "$(cat "$work/n-posts")"

part "Each to its own repository, commit and branch; a second run sends nothing"
jq -r 'select(.upload) | "\(.path) \(.upload.repository) \(.upload.commit) \(.upload.ref) \(.upload.tool)"' "$work/log.jsonl" | sort > "$work/sent"
jq -r '.repositories[] | select(.name | startswith("acme/"))
  | "/repos/\(.name)/code-scanning/sarifs \(.name) \(.commits[0]) \(.refs[0]) levelset"' "$work/world.json" | sort > "$work/meant"
diff "$work/meant" "$work/sent"
"${with_app[@]}" "GITHUB_API_URL=http://127.0.0.1:$real" "$levelset" github upload "$work/report" > "$work/again" 2>&1
equal "what was unchanged" "$n" "$(grep -c '  unchanged  ' "$work/again")"
equal "uploads after the second run" "$n" "$(jq -s '[.[] | select(.upload)] | length' "$work/log.jsonl")"
equal "analyses" "$n" "$(curl -s "http://127.0.0.1:$real/_state" | jq '.analyses | length')"

part "Under faults"
mapfile -t names < <(jq -r '.repositories[].name | select(startswith("acme/"))' "$work/world.json" | sort)
jq --arg limited "${names[0]}" --arg broken "${names[1]}" --arg gone "${names[2]}" --arg disabled "${names[3]}" '
  def path: "/repos/\(.)/code-scanning/sarifs";
  .faults = [
    { method: "GET", path: "/orgs/acme/installation", fault: "502" },
    { method: "POST", path: "/app/installations/77/access_tokens", fault: "reset" },
    { method: "POST", path: ($limited | path), fault: "429 1" },
    { method: "POST", path: ($broken | path), fault: "reset" },
    { method: "GET", path: ($broken | path), fault: "expired" },
    { method: "POST", path: ($gone | path), times: 9, fault: "404" },
    { method: "POST", path: ($disabled | path), times: 9, fault: "not-enabled" } ]' "$work/world.json" > "$work/faults.json"
github "$work/faults.json" --log "$work/faults.jsonl"
faulty=("${with_app[@]}" "GITHUB_API_URL=http://127.0.0.1:$port" "$levelset" github upload "$work/report" --ledger "$work/faults-ledger.json")
code=0
"${faulty[@]}" > "$work/table" 2> "$work/said-of-faults" || code=$?
equal "exit code" 1 "$code"
equal "what was uploaded" $((n - 2)) "$(grep -c '  uploaded  ' "$work/table")"
grep -q "^${names[2]} .*  failed  .*the repository is gone" "$work/table" || wrong "$(cat "$work/table")"
grep -q "^${names[3]} .*  not enabled  .*Code Security" "$work/table" || wrong "$(cat "$work/table")"
equal "nothing is sent twice" $((n - 2)) "$(jq -s '[.[] | select(.upload)] | length' "$work/faults.jsonl")"
code=0
"${faulty[@]}" > "$work/table-again" 2> "$work/said-again" || code=$?
equal "the second run" "1 $((n - 2)) 1 1" \
  "$code $(grep -c '  unchanged  ' "$work/table-again") $(grep -c '  failed  ' "$work/table-again") $(grep -c '  not enabled  ' "$work/table-again")"

part "A token that is wrong, none at all, and no token anywhere that it doesn't belong"
code=0
"${clean[@]}" "GITHUB_API_URL=http://127.0.0.1:$port" "GH_TOKEN=ghp_wrong" "$levelset" github list acme > "$work/refused-out" 2>&1 || code=$?
equal "a wrong token" "2 error: GitHub doesn't take the token from GH_TOKEN" "$code $(grep -o "error: GitHub doesn't take the token from GH_TOKEN" "$work/refused-out")"
code=0
"${clean[@]}" "GITHUB_API_URL=http://127.0.0.1:$port" "$levelset" github list acme > "$work/none-out" 2>&1 || code=$?
equal "no token" 2 "$code"
# What a token looks like, what an App signs, and a key: in nothing that levelset printed or wrote.
rm -f "$work"/*.pem "$work"/world.json "$work"/faults.json "$work"/openapi.json "$work"/prism.log
if grep -rnE 'gh[ps]_[A-Za-z0-9]{5}|eyJ[A-Za-z0-9_-]{20}|BEGIN .*KEY|Bearer' "$work" > "$work.leaks"; then
  cut -c1-200 "$work.leaks"
  rm -f "$work.leaks"
  wrong "a secret is where it doesn't belong"
fi
rm -f "$work.leaks"

part "With git behind nginx"
python3 "$root/tests/github/run.py" "$levelset"
echo "all as it should be: $n repositories"
