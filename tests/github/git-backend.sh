#!/usr/bin/env bash
# What nginx runs for git: git's own http-backend behind a token, with the faults that a test asks for.
#
# $STATE/tokens has the tokens that are accepted, one a line; `*` at the end of one stands for anything. $STATE/faults/NAME has a fault a line for the repository NAME;
# each is used once, by the first request that could show it: a status (429, 502), `cut` (the connection ends in the middle
# of a pack), `gone` (for ever).
set -euo pipefail

answer() { # STATUS [HEADER...]
  printf 'Status: %s\r\n' "$1"
  shift
  printf '%s\r\n' "$@" 'Content-Type: text/plain' ''
  exit 0
}

given=$(base64 -d <<< "${HTTP_AUTHORIZATION#Basic }" 2> /dev/null || true)
accepted=
while read -r token; do
  # shellcheck disable=SC2053 # a pattern
  [[ ${given#x-access-token:} != $token ]] || accepted=yes
done < "$STATE/tokens"
[ -n "$accepted" ] || answer '401 Unauthorized' 'WWW-Authenticate: Basic realm="git"'

name=${PATH_INFO#/*/}
name=${name%%.git/*}
faults=$STATE/faults/$name
fault=
if [ -s "$faults" ]; then
  exec 9> "$faults.lock"
  flock 9
  fault=$(head -n 1 "$faults")
  if [ "$fault" = cut ] && [ "$REQUEST_METHOD" != POST ]; then
    fault=
  elif [ "$fault" = cut ]; then
    # Only what answers with a pack can be cut; a long question, which is compressed, is one for a pack.
    body=$(mktemp)
    trap 'rm -f "$body"' EXIT
    cat > "$body"
    exec < "$body"
    if grep -q command=fetch "$body" || [ -n "$HTTP_CONTENT_ENCODING" ]; then sed -i 1d "$faults"; else fault=; fi
  elif [ "$fault" != gone ]; then
    sed -i 1d "$faults"
  fi
  flock -u 9
fi
case $fault in
  429) answer '429 Too Many Requests' 'Retry-After: 1' ;;
  gone) answer '404 Not Found' ;;
  [45]??) answer "$fault Fault" ;;
esac
backend=$(git --exec-path)/git-http-backend
if [ "$fault" = cut ]; then
  # The head of the answer, and the first bytes after it.
  "$backend" | head -c 400
  exit 0
fi
"$backend"
