#!/usr/bin/env bash
# Runs levelset once, and makes everything of what it wrote: outputs, summary, annotations. Ends with 0 whatever levelset
# ended with: the gates come last (gates.sh), after the uploads.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

one out "${LEVELSET_OUT:-}"
one repos "${LEVELSET_REPOS:-}"
one config "${LEVELSET_CONFIG:-}"
one rules "${LEVELSET_RULES:-}"
one as-of "${LEVELSET_AS_OF:-}"
one fail-below "${LEVELSET_FAIL_BELOW:-}"
flag summary "${LEVELSET_SUMMARY:-true}"
flag annotations "${LEVELSET_ANNOTATIONS:-true}"
[ -z "${LEVELSET_UPLOAD:-}" ] || flag upload-sarif "$LEVELSET_UPLOAD"

temporary=$(slashed "${RUNNER_TEMP:-/tmp}")
out=$(slashed "${LEVELSET_OUT:-}")
[ -n "$out" ] || out=$(mktemp -d "$temporary/levelset-report.XXXXXX")
mkdir -p "$out"
# Steps of the workflow may run elsewhere.
case $out in
  /* | [A-Za-z]:/*) ;;
  *) out=$PWD/$out ;;
esac

# What is read, by the one of the uses that the inputs ask for.
given=0
for it in "${LEVELSET_ORG:-}" "${LEVELSET_PATHS:-}" "${LEVELSET_FACTS:-}"; do
  [ -z "$it" ] || given=$((given + 1))
done
[ $given -le 1 ] || fail "give one of org, paths and facts: they are different things to report on"
options=() targets=()
if [ -n "${LEVELSET_ORG:-}" ]; then
  use=org command=(github scan)
  list org "$LEVELSET_ORG"
  targets=(${items[@]+"${items[@]}"})
  [ -z "${LEVELSET_REPOS:-}" ] || options+=("--repos=$LEVELSET_REPOS")
  list include "${LEVELSET_INCLUDE:-}"
  for it in ${items[@]+"${items[@]}"}; do options+=("--include=$it"); done
  list exclude "${LEVELSET_EXCLUDE:-}"
  for it in ${items[@]+"${items[@]}"}; do options+=("--exclude=$it"); done
  [ -n "${LEVELSET_TOKEN:-}" ] || fail "an organisation is read with a token: give the input token, best that of a GitHub App"
else
  for it in repos:"${LEVELSET_REPOS:-}" include:"${LEVELSET_INCLUDE:-}" exclude:"${LEVELSET_EXCLUDE:-}"; do
    [ -z "${it#*:}" ] || fail "the input ${it%%:*} chooses among the repositories of an organisation: it goes with org"
  done
  if [ -n "${LEVELSET_FACTS:-}" ]; then
    use=facts command=(report)
    list facts "$LEVELSET_FACTS"
    targets=(${items[@]+"${items[@]}"})
  elif [ -n "${LEVELSET_PATHS:-}" ]; then
    use=paths command=(scan) options+=(--no-progress)
    list paths "$LEVELSET_PATHS"
    targets=(${items[@]+"${items[@]}"})
  else
    use=own command=(scan) options+=(--no-progress)
    targets=(.)
    [ -e .git ] || fail "there is no checkout here: use actions/checkout before this action, or give org, paths or facts"
  fi
fi
[ ${#targets[@]} -gt 0 ] || fail "the input $use has only empty lines"

[ -z "${LEVELSET_CONFIG:-}" ] || options+=("--config=$LEVELSET_CONFIG")
[ -z "${LEVELSET_RULES:-}" ] || options+=("--rules=$LEVELSET_RULES")
[ -z "${LEVELSET_AS_OF:-}" ] || options+=("--as-of=$LEVELSET_AS_OF")
list answers "${LEVELSET_ANSWERS:-}"
for it in ${items[@]+"${items[@]}"}; do options+=("--answers=$it"); done
gates=""
list fail-on "${LEVELSET_FAIL_ON:-}"
for it in ${items[@]+"${items[@]}"}; do
  options+=("--fail-on=$it")
  gates="$gates, $it"
done
if [ -n "${LEVELSET_FAIL_BELOW:-}" ]; then
  options+=("--fail-below=$LEVELSET_FAIL_BELOW")
  gates="$gates, a level below $LEVELSET_FAIL_BELOW"
fi

# Only what asks GitHub gets to know the token.
if [ "$use" = org ]; then
  export GH_TOKEN=$LEVELSET_TOKEN GITHUB_TOKEN=$LEVELSET_TOKEN
fi
unset LEVELSET_TOKEN

# What levelset says quotes files, which could look like commands of a workflow: they are read again after the mark.
mark=levelset-$RANDOM$RANDOM$RANDOM
annotations=$(mktemp "$temporary/levelset-annotations.XXXXXX")
code=0
echo "::stop-commands::$mark"
"$LEVELSET" "${command[@]}" ${options[@]+"${options[@]}"} "--out=$out" --format=github -- "${targets[@]}" > "$annotations" || code=$?
echo "::$mark::"

output exit-code "$code"
output gates "${gates#, }"
# 0 and 1 are a report; whatever else came, there may be parts of one.
case $code in
  0 | 1) ;;
  *) exit 0 ;;
esac
[ -f "$out/summary.json" ] || fail "levelset ended with $code, but wrote no summary.json"

output written true
output out-dir "$out"
output sarif-dir "$out/sarif"
output summary-file "$out/summary.json"
output report-file "$out/report.md"
output facts-file "$out/facts.jsonl"
# Of an organisation everything else is reported on; empty repositories are nothing that is missing.
if [ "$use" = org ] && grep -q '"not scanned: ' "$out/summary.json" && grep '"not scanned: ' "$out/summary.json" | grep -qv ': it is empty"'; then
  output incomplete true
fi

if command -v jq > /dev/null; then
  # On Windows jq ends lines as Windows does.
  jq -r '
    def percent: if .of > 0 then (100 * .n / .of | floor) else "" end;
    "level=\(.level.low)", "level-high=\(.level.high)", "stage=\(.stage.low)", "stage-high=\(.stage.high)",
    "adoption=\([.adoption[] | select(.artifact == null)][0].repositories | percent)",
    "distinct-pipelines=\(.pipelines.distinct_structures)",
    "findings=\([.findings[].count] | add // 0)",
    "repositories=\(.coverage.repositories)"' "$out/summary.json" | tr -d '\r' >> "$GITHUB_OUTPUT"
else
  warning "there is no jq here: outputs that are figures stay empty. summary.json has them"
fi

# This repository's own file, also where submodules have files of theirs. Names on GitHub are the same in any case.
own=""
if [ "$use" = own ]; then
  own=$(find "$out/sarif" -ipath "$out/sarif/${GITHUB_REPOSITORY:-}.sarif" -type f 2> /dev/null | head -n 1)
  [ -z "$own" ] || output sarif-file "$own"
fi
upload=${LEVELSET_UPLOAD:-}
case $use in
  own)
    if [ "$upload" = false ]; then
      :
    elif [ "${LEVELSET_IS_FORK:-}" = true ]; then
      notice "Nothing was uploaded to code scanning: a pull request of a fork has no right to"
    elif [ -z "$own" ]; then
      warning "Nothing was uploaded to code scanning: the checkout is not known to be ${GITHUB_REPOSITORY:-this repository} (git remote get-url origin)"
    else
      output upload-to own
    fi
    ;;
  *) [ "$upload" != true ] || output upload-to others ;;
esac

if [ "${LEVELSET_ANNOTATIONS:-true}" = true ]; then
  # GitHub shows ten of a kind and drops the others without a word.
  awk '/^::(notice|warning|error) / { kind = $1; if (n[kind]++ < 10) print }' "$annotations"
fi
rm -f "$annotations"

if [ "${LEVELSET_SUMMARY:-true}" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  # More than a mebibyte is shown not at all.
  most=1000000
  if [ "$(wc -c < "$out/report.md")" -le $most ]; then
    cat "$out/report.md" >> "$GITHUB_STEP_SUMMARY"
  else
    {
      head -c $most "$out/report.md" | sed '$d'
      printf '\n\nThe report goes on in report.md.\n'
    } >> "$GITHUB_STEP_SUMMARY"
  fi
fi
