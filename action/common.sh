# shellcheck shell=bash
# What the scripts of the action share. They run under the bash of every runner, which on macOS is 3.2: what came later
# is not there, and an empty array counts as unset.
set -euo pipefail

# Text as the value of a workflow command.
escaped() {
  local text=$1
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  printf '%s' "$text"
}

notice() {
  printf '::notice title=levelset::%s\n' "$(escaped "$1")"
}

warning() {
  printf '::warning title=levelset::%s\n' "$(escaped "$1")"
}

# Says what is wrong and what to do, and ends the step.
fail() {
  printf '::error title=levelset::%s\n' "$(escaped "$1")"
  exit 1
}

# Sets an output of the step. Values are one line; a further line could set outputs of its own.
output() {
  case $2 in
    *$'\n'* | *$'\r'*) fail "the output $1 would have several lines" ;;
  esac
  printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
}

# An input of one line that must not look like an option: `one NAME VALUE`.
one() {
  case $2 in
    -*) fail "the input $1 begins with a hyphen: '$2' would be taken for an option. Write ./$2 if it is a path" ;;
    *$'\n'* | *$'\r'*) fail "the input $1 has several lines; it takes one" ;;
  esac
}

# The lines of an input that are not empty, into the array `items`: `list NAME VALUE`.
list() {
  items=()
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    line=${line#"${line%%[![:space:]]*}"}
    line=${line%"${line##*[![:space:]]}"}
    [ -n "$line" ] || continue
    one "$1" "$line"
    items+=("$line")
  done <<< "$2"
}

# An input that is true or false: `flag NAME VALUE`.
flag() {
  case $2 in
    true | false) ;;
    *) fail "the input $1 is '$2'; it is true or false" ;;
  esac
}

# A path of Windows as bash and the programs that it starts both take it.
slashed() {
  printf '%s' "${1//\\//}"
}
