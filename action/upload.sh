#!/usr/bin/env bash
# Uploads each SARIF file to its own repository (output `upload`).
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ -n "${LEVELSET_TOKEN:-}" ] || fail "uploads need a token with the right to write code scanning alerts: give the input token"
export GH_TOKEN=$LEVELSET_TOKEN GITHUB_TOKEN=$LEVELSET_TOKEN
unset LEVELSET_TOKEN
mark=levelset-$RANDOM$RANDOM$RANDOM
code=0
echo "::stop-commands::$mark"
"$LEVELSET" github upload "$LEVELSET_OUT" || code=$?
echo "::$mark::"
if [ "$code" = 0 ]; then
  output upload uploaded
else
  warning "Not everything was uploaded to code scanning: levelset github upload ended with $code"
  output upload failed
fi
