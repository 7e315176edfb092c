#!/usr/bin/env bash
# Makes everything say a new version, in one commit with a tag: `support/release.sh X.Y.Z`. Pushes nothing; the tag, once
# pushed, starts .github/workflows/release.yml. docs/releasing.md says what comes before and after.
set -euo pipefail
cd "$(dirname "$0")/.."

stop() {
  echo "$1" >&2
  exit 1
}
[ $# -eq 1 ] && [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || stop "usage: support/release.sh X.Y.Z"
new=$1
old=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
[ -z "$(git status --porcelain)" ] || stop "there are changes that are not committed"
[ "$new" != "$old" ] || git rev-parse --quiet --verify "v$new^{commit}" > /dev/null || first=yes
[ -n "${first:-}" ] || { [ "$new" != "$old" ] && [ "$(printf '%s\n' "$old" "$new" | sort -V | tail -n 1)" = "$new" ]; } ||
  stop "$new is not newer than $old"
[ -n "$(awk '/^## \[Unreleased\]/ { on = 1; next } /^## / { on = 0 } on && /^- /' CHANGELOG.md)" ] ||
  stop "CHANGELOG.md has nothing under Unreleased: what would be released?"

# The package, and the lock files that have it.
awk -v new="$new" '!done && /^version = / { print "version = \"" new "\""; done = 1; next } { print }' Cargo.toml > Cargo.toml.new
mv Cargo.toml.new Cargo.toml
for it in Cargo.lock fuzz/Cargo.lock; do
  awk -v new="$new" '
    /^name = / { own = ($0 == "name = \"levelset\"") }
    own && /^version = / { print "version = \"" new "\""; own = 0; next } { print }' "$it" > "$it.new"
  mv "$it.new" "$it"
done
# What is new since the last version is this version's.
day=$(date -u +%F)
awk -v heading="## [$new] - $day" '{ print } /^## \[Unreleased\]/ { print ""; print heading }' CHANGELOG.md > CHANGELOG.md.new
mv CHANGELOG.md.new CHANGELOG.md
# What readers copy: levelset@v1.2.3, levelset@1.2.3, levelset-1.2.3.
dots=${old//./\\.}
grep -rlE "levelset(@v?|-)$dots" README.md docs tests/action .ci | while read -r it; do
  sed -i.old -E "s/(levelset(@v?|-))$dots([^0-9]|$)/\\1$new\\3/g" "$it"
  rm "$it.old"
done
cargo metadata --locked --offline --format-version 1 > /dev/null || stop "the lock file doesn't fit Cargo.toml"

git add --all
git commit --quiet --message "Release $new"
git tag --annotate --message "levelset $new" "v$new"
echo "v$new is committed and tagged. When you have looked at it: git push origin main v$new"
