#!/usr/bin/env bash
# Makes releases in a copy of the project, and looks whether everything says the new version: `tests/action/release.sh FOLDER`.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
copy=${1:?"name a new folder"}
mkdir -p "$copy"
cd "$root"
cp -R --parents Cargo.toml Cargo.lock build.rs src benches CHANGELOG.md README.md docs support .ci tests/action tests/it/main.rs \
  fuzz/Cargo.toml fuzz/Cargo.lock "$copy"
cd "$copy"
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
git -c init.defaultBranch=main init --quiet --template=
git add --all
git commit --quiet --message 'All of it'

wrong() {
  echo "$1" >&2
  exit 1
}
refused() {
  ! "$@" > refused.txt 2>&1 || wrong "$* was not refused"
  rm refused.txt
  [ -z "$(git status --porcelain)" ] || wrong "$* was refused, but changed something"
}
old=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
refused support/release.sh 0.0.1
refused support/release.sh v9.9.9
refused support/release.sh '9.9.9; touch x'
support/release.sh 98.10.0 > /dev/null
[ "$(git describe)" = v98.10.0 ] || wrong "there is no tag"
[ "$(cargo metadata --locked --offline --no-deps --format-version 1 | jq -r '.packages[0].version')" = 98.10.0 ] || wrong "the package is another"
for it in Cargo.lock fuzz/Cargo.lock; do
  [ "$(grep -A 1 '^name = "levelset"$' "$it" | tail -n 1)" = 'version = "98.10.0"' ] || wrong "$it has another version"
  [ "$(git diff --numstat HEAD~ -- "$it" | cut -f 1,2)" = $'1\t1' ] || wrong "more than a line of $it changed"
done
! grep -rnE "levelset(@v?|-)${old//./\\.}" README.md docs || wrong "names the old version"
grep -rqE 'levelset@v98\.10\.0$' docs/recipes || wrong "the recipes don't name the new version"
grep -A 2 '^## \[Unreleased\]' CHANGELOG.md | tail -n 1 | grep -qE '^## \[98\.10\.0\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$' ||
  wrong "the changelog has no heading"
# Nothing is new since.
refused support/release.sh 98.11.0

sums() {
  for target in x86_64-unknown-linux-musl.tar.gz aarch64-unknown-linux-musl.tar.gz x86_64-apple-darwin.tar.gz \
    aarch64-apple-darwin.tar.gz x86_64-pc-windows-msvc.zip; do
    printf '%s  levelset-%s\n' "$(printf '%s' "$1$target" | sha256sum | cut -d ' ' -f 1)" "$target"
  done
}
sums a > "$copy.sums"
head -n 4 "$copy.sums" > "$copy.short"
refused support/checksums.sh 98.10.0 "$copy.short"
support/checksums.sh 98.10.0 "$copy.sums"
support/checksums.sh 98.9.0 "$copy.sums"
git commit --quiet --all --message Checksums
refused support/checksums.sh 98.10.0 "$copy.sums"
[ "$(awk '/^98/ { print $1 }' support/checksums.txt | uniq | paste -s -d ' ' -)" = "98.9.0 98.10.0" ] || wrong "the table is not sorted by version"
[ "$(grep -cE '^98\.10\.0 [a-z0-9_-]+ [0-9a-f]{64}$' support/checksums.txt)" = 5 ] || wrong "five rows were expected"
