#!/usr/bin/env bash
# What became of the upload to code scanning of this repository (output `upload`). Code scanning's own action says only
# that it failed; whether the repository has no code scanning, which is no failure of anybody's, is asked here.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ "${LEVELSET_OUTCOME:-}" = success ]; then
  output upload uploaded
  exit 0
fi

# The token goes in by standard input: arguments are there for every process to see.
answer=$(printf 'header = "%s"\n' "Authorization: Bearer ${LEVELSET_TOKEN:-}" "Accept: application/vnd.github+json" \
  "X-GitHub-Api-Version: 2022-11-28" | curl --silent --show-error --max-time 30 --config - \
  "${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY/code-scanning/alerts?per_page=1") || true
if grep -qiE '(code security|advanced security|code scanning)[^"]*(must be|is not) enabled' <<< "$answer"; then
  notice "Nothing was uploaded to code scanning: $GITHUB_REPOSITORY has no Code Security. Its findings are in the report. Turn it on in the settings of the repository, or set upload-sarif to false"
  output upload not-enabled
elif grep -qi 'resource not accessible by integration' <<< "$answer"; then
  if [ "${GITHUB_EVENT_NAME:-}" = pull_request ]; then
    notice "Nothing was uploaded to code scanning: the token of this pull request has no right to (as those of forks and of bots)"
  else
    notice "Nothing was uploaded to code scanning: the job needs 'security-events: write' under 'permissions'"
  fi
  output upload not-permitted
else
  warning "The upload to code scanning failed; the step before this one says why"
  output upload failed
fi
