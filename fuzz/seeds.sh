#!/usr/bin/env bash
# Writes the seeds of a fuzz target into a folder: the inputs of the tables, or the files of the cases, in testdata/.
#
#   fuzz/seeds.sh TARGET FOLDER
set -euo pipefail
target=$1
folder=$2
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$folder"

# Each input of these tables as a file.
tables() {
  local table n=0
  for table in "$@"; do
    while IFS= read -r line; do
      case $line in '' | '# '*) continue ;; esac
      n=$((n + 1))
      printf '%b' "${line%%$'\t'*}" > "$folder/$(basename "$table" .tsv)-$n"
    done < "$here/testdata/references/$table"
  done
}

# Each file of these cases, with a byte before it that chooses the kind where the target wants one.
cases() {
  local prefix=$1 kind=$2 file n=0
  while IFS= read -r file; do
    n=$((n + 1))
    { printf '%b' "$prefix"; cat "$file"; } > "$folder/$kind-$n"
  done < <(find "$here/testdata/extract/$kind" -type f ! -name expect.json -size -64k)
}

case $target in
  codeowners) cases 'src/main.rs\n' codeowners ;;
  dockerfile) cases '' dockerfile ;;
  files)
    # The order of KINDS in src/lib.rs.
    n=0
    for kind in chart codeowners dockerfile github-action github-actions-lock github-workflow terraform terraform \
      terraform-json terraform-stack terraform-test terragrunt terragrunt; do
      if [ -d "$here/testdata/extract/$kind" ]; then cases "$(printf '\\x%02x' "$n")" "$kind"; fi
      n=$((n + 1))
    done
    ;;
  git_remote) tables git-remote.tsv ;;
  github_uses) tables github-uses.tsv github-call.tsv ;;
  hcl) cases '' terraform ;;
  image) tables image.tsv image-tag-pin.tsv ;;
  terraform_module) tables terraform-module.tsv terraform-provider.tsv ;;
  version_constraint) tables version-constraint.tsv version-range.tsv ;;
  *)
    echo "there is no fuzz target $target" >&2
    exit 2
    ;;
esac
echo "$(find "$folder" -type f | wc -l) seeds in $folder"
