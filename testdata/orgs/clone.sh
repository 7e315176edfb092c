#!/usr/bin/env bash
# Makes clones of a made-up organisation, as if they came from GitHub, and prints the folder they lie in:
#
#     testdata/orgs/clone.sh acme|harbour|loft [FOLDER]
#
# FOLDER is a new temporary folder where none is given. Each repository gets one commit with all its files, the tags
# named in its file `.tags`, and a remote on github.com. Needs git, no network. Commit ids are the same everywhere.
set -euo pipefail

org=${1:?"name an organisation: acme, harbour or loft"}
from=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/$org
into=${2:-$(mktemp -d)}
[ -d "$from" ] || { echo "there is no organisation $org; give acme, harbour or loft" >&2; exit 2; }
mkdir -p "$into"

# Nothing of this machine's git configuration, or of a git command that runs this, gets into the clones.
unset GIT_DIR GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_WORK_TREE
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_AUTHOR_DATE='2026-01-15T12:00:00Z'
export GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com GIT_COMMITTER_DATE='2026-01-15T12:00:00Z'

for source in "$from"/*/; do
  name=$(basename "$source")
  mkdir "$into/$name"
  cp -R "$source." "$into/$name"
  rm -f "$into/$name/.tags"
  cd "$into/$name"
  git -c init.defaultBranch=main -c core.autocrlf=false init --quiet --template= --object-format=sha1
  git config core.autocrlf false
  git config remote.origin.url "https://github.com/$org/$name.git"
  git add --all
  git commit --quiet --message 'All of it'
  if [ -f "$source/.tags" ]; then
    while read -r tag; do git tag "$tag"; done <"$source/.tags"
  fi
done
echo "$into"
