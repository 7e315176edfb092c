#!/usr/bin/env bash
# The last step: fails where the job is to fail. Everything has been written, shown and uploaded by now.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

code=${LEVELSET_EXIT_CODE:-}
failed=0
complain() {
  printf '::error title=levelset::%s\n' "$(escaped "$1")"
  failed=1
}
case $code in
  0) ;;
  1)
    gates=${LEVELSET_GATES:-}
    if [ "${LEVELSET_INCOMPLETE:-}" = true ]; then
      complain "Not every repository could be scanned; the report is of the others, and says which${gates:+. Whether a gate failed besides ($gates) the step that scans says}"
    else
      complain "A gate failed (${gates:-unknown}). The step that scans says which"
    fi
    ;;
  *) complain "levelset ended with ${code:-nothing} and wrote no report. The step that scans says why" ;;
esac
case ${LEVELSET_UPLOAD:-} in
  failed) complain "Findings are not in code scanning. The step that uploads says why" ;;
  # Who didn't ask for the upload has lost nothing, and pull requests of forks and bots never may.
  not-permitted)
    [ "${LEVELSET_ASKED:-}" != true ] || [ "${GITHUB_EVENT_NAME:-}" = pull_request ] ||
      complain "Findings are not in code scanning: give the job 'security-events: write', or take upload-sarif away"
    ;;
esac
[ "${LEVELSET_ARTIFACT:-}" != failure ] || complain "The report could not be kept as an artifact. The step that keeps it says why"
exit $failed
