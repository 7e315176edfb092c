#!/usr/bin/env bash
# Validates SARIF files as code scanning would read them: against the strict JSON schema, with Microsoft's SARIF
# Multitool and GitHub's rules, and by GitHub's limits that neither knows. A reader that is none of ours (sarif-tools) must
# count as many results as there are.
#
#   .ci/sarif.sh DIR     every *.sarif below DIR
#
# Before it looks at DIR it proves on broken files that each of the three can fail. Needs node, npm, python3 and jq;
# what it installs goes to target/sarif-tools.
set -euo pipefail

MULTITOOL_VERSION=5.7.0
CHECK_JSONSCHEMA_VERSION=0.39.0
SARIF_TOOLS_VERSION=3.0.5

# Rules of the Multitool that are left out, with the reason. Notes never fail; these are warnings or errors.
EXCEPTIONS='{
  "GH1004": "holds limits that GitHub has raised since; our own limits are checked below",
  "SARIF2005": "asks for informationUri, which is written as soon as the package names its repository"
}'

[ $# -eq 1 ] && [ -d "$1" ] || { echo "usage: $0 DIR (a folder with *.sarif files below it)" >&2; exit 2; }
folder=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
tools=${SARIF_TOOLS:-$root/target/sarif-tools}
mkdir -p "$tools"

if [ ! -x "$tools/venv/bin/check-jsonschema" ] || [ ! -x "$tools/venv/bin/sarif" ]; then
  python3 -m venv "$tools/venv"
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check \
    "check-jsonschema==$CHECK_JSONSCHEMA_VERSION" "sarif-tools==$SARIF_TOOLS_VERSION"
fi
package=$tools/node_modules/@microsoft/sarif-multitool-linux
if [ ! -e "$package/sarif-2.1.0.json" ]; then
  npm install --prefix "$tools" --silent --no-audit --no-fund --ignore-scripts \
    "@microsoft/sarif-multitool-linux@$MULTITOOL_VERSION"
fi
schema=$package/sarif-2.1.0.json
multitool=$package/Sarif.Multitool
chmod +x "$multitool"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# GitHub's rules GH1001-GH1007 are off by default, even when its rule kind is asked for.
{
  echo '<?xml version="1.0" encoding="utf-8"?><Properties>'
  for rule in GH1001.ProvideRequiredLocationProperties GH1002.InlineThreadFlowLocations \
    GH1003.ProvideRequiredRegionProperties GH1005.LocationsMustBeRelativeUrisOrFilePaths \
    GH1006.ProvideCheckoutPath GH1007.ProvideFullyFormattedMessageStrings; do
    echo "<Properties Key=\"$rule.Options\"><Property Key=\"RuleEnabled\" Value=\"Error\"" \
      'Type="Driver.RuleEnabledState"/></Properties>'
  done
  echo '</Properties>'
} > "$work/config.xml"

# Prints what the strict schema says against a file; fails if anything.
by_schema() {
  "$tools/venv/bin/check-jsonschema" --schemafile "$schema" "$1"
}

# Prints the warnings and errors of the Multitool; fails if any. Its exit code says nothing: only what it wrote does,
# and a run that wrote nothing, or says that it could not do its work, is a failure too.
by_multitool() {
  local report=$work/report.sarif
  rm -f "$report"
  DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$multitool" validate "$1" --rule-kind 'Sarif;Ghas' \
    --config "$work/config.xml" -o "$report" --log 'ForceOverwrite;PrettyPrint' > "$work/log" 2>&1 || true
  if [ ! -s "$report" ]; then
    echo "the Multitool wrote no report:"
    cat "$work/log"
    return 1
  fi
  jq -r --argjson exceptions "$EXCEPTIONS" '
    .runs[0] as $run
    | [ ($run.results // [])[] | select((.level // "warning") | IN("warning", "error"))
        | select((.ruleId | split(".")[0] | split("/")[0]) as $id | $exceptions | has($id) | not)
        | "\(.ruleId) \(.level // "warning"): \(.message.text // (.message.id + " " + ((.message.arguments // []) | join(" | "))))" ]
    + [ ($run.invocations // [])[] | (.toolExecutionNotifications // [], .toolConfigurationNotifications // [])[]
        | select((.level // "warning") == "error") | "the Multitool failed: \(.message.text)" ]
    | .[] ' "$report" > "$work/found" || { echo "the report of the Multitool could not be read"; return 1; }
  head -n 20 "$work/found"
  [ ! -s "$work/found" ]
}

# Prints where a file breaks a rule of code scanning that no validator knows; fails if anywhere.
by_limits() {
  if [ "$(gzip -c "$1" | wc -c)" -gt 10485760 ]; then
    echo "more than 10 MB, compressed"
    return 1
  fi
  jq -r '
    def units: explode | map(if . > 65535 then 2 else 1 end) | add // 0;
    [ (if (.runs | length) != 1 then "not one run" else empty end),
      (.runs[] | . as $run
        | (if (.results | length) > 5000 then "more than 5000 results" else empty end),
          (if .automationDetails.id != "levelset/" then "category is not levelset/" else empty end),
          (if .columnKind != "utf16CodeUnits" then "columns are not in UTF-16 units" else empty end),
          (.tool.driver.rules[] | . as $rule
            | (if (.properties.tags | length) > 10 then "\(.id): more than 10 tags" else empty end),
              (if (.name // "" | units) > 255 then "\(.id): name too long" else empty end),
              (if (.shortDescription.text | units) > 1024 then "\(.id): shortDescription too long" else empty end),
              (if (.fullDescription.text | units) > 1024 then "\(.id): fullDescription too long" else empty end),
              ((.shortDescription.text, .fullDescription.text, .help.text)
                | select(. == "") | "\($rule.id): an empty text"),
              (if .properties | has("security-severity") then "\(.id): a maturity finding is no vulnerability" else empty end)),
          (.results[] | . as $result
            | (if .ruleId != $run.tool.driver.rules[.ruleIndex].id then "\(.ruleId): not the rule at its ruleIndex" else empty end),
              (if (.locations | length) != 1 then "\(.ruleId): not one location" else empty end),
              (if (.partialFingerprints["levelset/v1"] // "") == "" then "\(.ruleId): no fingerprint" else empty end),
              (if has("suppressions") then "\(.ruleId): suppressed results become open alerts" else empty end),
              (.locations[].physicalLocation
                | (.artifactLocation.uri | select(test("^[A-Za-z][A-Za-z0-9+.-]*:|^/|(^|/)\\.\\.?(/|$)|[^!-~]|[\"<>\\\\^`{|}]"))
                    | "not a relative URI: \(.)"),
                  (.region | select(.endLine == .startLine and .endColumn < .startColumn) | "\($result.ruleId): ends before it starts"))))
    ] | unique[]' "$1" > "$work/found" || { echo "not what a file of ours looks like"; return 1; }
  head -n 20 "$work/found"
  [ ! -s "$work/found" ]
}

# A file that passes all three, and for each of them one that it must refuse.
good=$work/good.sarif
cat > "$good" <<'JSON'
{"$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
 "version": "2.1.0",
 "runs": [{
   "tool": {"driver": {"name": "levelset", "semanticVersion": "1.0.0", "rules": [{
     "id": "a-rule", "name": "ARule",
     "shortDescription": {"text": "A rule."}, "fullDescription": {"text": "A rule of no meaning."},
     "help": {"text": "No help.", "markdown": "No help."}, "defaultConfiguration": {"level": "warning"},
     "properties": {"tags": ["a"], "precision": "high", "problem.severity": "warning"}}]}},
   "invocations": [{"executionSuccessful": true}],
   "automationDetails": {"id": "levelset/"},
   "columnKind": "utf16CodeUnits",
   "results": [{"ruleId": "a-rule", "ruleIndex": 0, "level": "warning", "message": {"text": "A finding."},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a/b.tf"},
       "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}}}],
     "partialFingerprints": {"primaryLocationLineHash": "c129715d7a2bc9a3:1", "levelset/v1": "0"}}]}]}
JSON
for check in by_schema by_multitool by_limits; do
  "$check" "$good" > "$work/out" 2>&1 || { echo "$check refuses a good file:" >&2; cat "$work/out" >&2; exit 2; }
done
must_refuse() {
  jq "$2" "$good" > "$work/broken.sarif"
  if "$1" "$work/broken.sarif" > "$work/out" 2>&1; then
    echo "$1 does not see what is wrong after: $2" >&2
    exit 2
  fi
}
must_refuse by_schema '.runs[0].results[0].level = "critical"'
must_refuse by_schema '.runs[0].results[0].extra = 1'
must_refuse by_multitool 'del(.runs[0].results[0].locations[0].physicalLocation.region)'
must_refuse by_multitool '.runs[0].results[0].ruleIndex = 7'
must_refuse by_multitool '.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri = "file:///a/b"'
must_refuse by_limits '.runs[0].results[0].partialFingerprints = {}'
must_refuse by_limits '.runs[0].tool.driver.rules[0].properties["security-severity"] = "high"'
must_refuse by_limits '.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri = "a b"'
echo '{"version": "2.1.0", "runs": [' > "$work/cut.sarif"
for check in by_schema by_multitool by_limits; do
  if "$check" "$work/cut.sarif" > "$work/out" 2>&1; then echo "$check accepts half a file" >&2; exit 2; fi
done

n_files=0
n_bad=0
while IFS= read -r -d '' file; do
  n_files=$((n_files + 1))
  for check in by_schema by_multitool by_limits; do
    if ! "$check" "$file" > "$work/out" 2>&1; then
      n_bad=$((n_bad + 1))
      echo "FAIL $file ($check)"
      sed 's/^/  /' "$work/out"
    fi
  done
done < <(find "$folder" -name '*.sarif' -type f -print0 | sort -z)

# Another reader, which counts results by its own code.
others_count() {
  "$tools/venv/bin/python" -c '
import sys
from sarif import loader
print(loader.load_sarif_files(sys.argv[1]).get_result_count())' "$1"
}
n_results=$(find "$folder" -name '*.sarif' -type f -exec cat {} + | jq -s '[.[].runs[].results | length] | add // 0')
n_counted=$(others_count "$folder")
if [ "$n_results" != "$n_counted" ]; then
  n_bad=$((n_bad + 1))
  echo "FAIL sarif-tools counts $n_counted results, and there are $n_results"
fi

[ "$n_files" -gt 0 ] || { echo "no *.sarif below $folder" >&2; exit 1; }
echo "$n_files SARIF files with $n_results results checked, $n_bad complaints"
[ "$n_bad" -eq 0 ]
