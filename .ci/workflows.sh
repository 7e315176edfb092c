#!/usr/bin/env bash
# Validates workflows against the schema of GitHub's workflow syntax.
#
#   .ci/workflows.sh DIR     every *.yml and *.yaml below DIR
#
# Before it looks at DIR it proves on a broken file that it can fail. Needs python3; what it installs goes to
# target/workflow-tools.
set -euo pipefail

CHECK_JSONSCHEMA_VERSION=0.39.0

[ $# -eq 1 ] && [ -d "$1" ] || { echo "usage: $0 DIR (a folder with workflows below it)" >&2; exit 2; }
folder=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
tools=${WORKFLOW_TOOLS:-$root/target/workflow-tools}
mkdir -p "$tools"
if [ ! -x "$tools/venv/bin/check-jsonschema" ]; then
  python3 -m venv "$tools/venv"
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check "check-jsonschema==$CHECK_JSONSCHEMA_VERSION"
fi
check() {
  "$tools/venv/bin/check-jsonschema" --builtin-schema vendor.github-workflows "$@"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: a/b@v1\n        run: make\n' > "$work/broken.yml"
if check "$work/broken.yml" > /dev/null; then
  echo "the schema takes a step that both uses and runs: it proves nothing" >&2
  exit 1
fi

mapfile -d '' files < <(find "$folder" \( -name '*.yml' -o -name '*.yaml' \) -print0)
[ ${#files[@]} -gt 0 ] || { echo "no workflows below $folder" >&2; exit 1; }
check "${files[@]}"
echo "${#files[@]} workflows are valid"
