#!/usr/bin/env bash
# Adds the checksums of a release to the table that the action goes by: `support/checksums.sh X.Y.Z [SHA256SUMS]`. Without a
# file the release's own is fetched with `gh`, and taken only if its attestation holds.
set -euo pipefail
cd "$(dirname "$0")/.."

stop() {
  echo "$1" >&2
  exit 1
}
[ $# -ge 1 ] && [ $# -le 2 ] && [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || stop "usage: support/checksums.sh X.Y.Z [SHA256SUMS]"
version=$1 table=support/checksums.txt
! awk -v it="$version" '$1 == it { found = 1 } END { exit !found }' "$table" ||
  stop "$version is in $table already: what was released once stays what it is"
sums=${2:-}
if [ -z "$sums" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  gh release download "v$version" --pattern SHA256SUMS --dir "$folder"
  sums=$folder/SHA256SUMS
  gh attestation verify "$sums" --repo "$(gh repo view --json nameWithOwner --jq .nameWithOwner)" \
    --source-ref "refs/tags/v$version"
fi
rows=""
for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-apple-darwin aarch64-apple-darwin x86_64-pc-windows-msvc; do
  sum=$(awk -v name="levelset-$target" '{ sub(/^\*/, "", $2) } $2 == name ".tar.gz" || $2 == name ".zip" { print $1 }' "$sums")
  [[ $sum =~ ^[0-9a-f]{64}$ ]] || stop "$sums has no checksum of levelset-$target"
  rows+="$version $target $sum"$'\n'
done
{
  grep '^#' "$table"
  { grep -v '^#' "$table" || true; printf '%s' "$rows"; } | sort -t ' ' -k 1,1V -k 2,2
} > "$table.new"
mv "$table.new" "$table"
