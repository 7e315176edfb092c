#!/usr/bin/env bash
# Opens report.html in Chromium: on the example organisations, and on names and texts that attack a page.
#
#   .ci/browser.sh LEVELSET     the program; what is asserted is said in tests/browser/report.mjs
#
# Installs Debian's chromium where no browser is named by CHROMIUM or installed, and what tests/browser/package.json
# names, below tests/browser/node_modules.
set -euo pipefail
[ $# -eq 1 ] && [ -x "$1" ] || { echo "usage: $0 LEVELSET (the program)" >&2; exit 2; }
levelset=$(realpath "$1")
cd "$(dirname "$0")/.."

if [ -z "${CHROMIUM:-}" ]; then
  if ! command -v chromium > /dev/null; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" apt-get install -q -y --no-install-recommends chromium fonts-dejavu-core
  fi
  CHROMIUM=$(command -v chromium)
fi
export CHROMIUM
[ -d tests/browser/node_modules/axe-core ] || npm ci --prefix tests/browser --silent --no-audit --no-fund --ignore-scripts

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for org in acme harbour loft; do
  "$levelset" scan --quiet --no-progress --out "$out/$org" "$(bash testdata/orgs/clone.sh "$org")"
done
node tests/browser/organisation.mjs "$out/acme/facts.jsonl" hostile > "$out/hostile.jsonl"
"$levelset" report --quiet --out "$out/hostile" "$out/hostile.jsonl"
node tests/browser/report.mjs "$out"/{acme,harbour,loft,hostile}
