#!/usr/bin/env bash
# Finds or installs levelset and says where it is (output `binary`).
#
# What is downloaded is run only if it is what was published: its SHA-256 has to be the one in support/checksums.txt, which
# came with the action. A version of the action that is older than its own row in that table takes a download only with a
# valid attestation of its origin, and is otherwise built from the source that the action consists of.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

action=$(slashed "${GITHUB_ACTION_PATH:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}")
temporary=$(slashed "${RUNNER_TEMP:-/tmp}")
cache=$(slashed "${RUNNER_TOOL_CACHE:-$temporary}")/levelset
table=$action/support/checksums.txt

# The binary is there and runs.
found() {
  local said
  said=$("$1" --version 2>&1) || fail "$1 does not run: $said"
  echo "$said from $1 ($2)"
  output binary "$1"
  exit 0
}

# macOS has another program for it.
sha256=(sha256sum)
command -v sha256sum > /dev/null || sha256=(shasum -a 256)

one download-url "${LEVELSET_DOWNLOAD_URL:-}"
if [ -n "${LEVELSET_BINARY:-}" ]; then
  one binary "$LEVELSET_BINARY"
  [ -f "$LEVELSET_BINARY" ] && [ -x "$LEVELSET_BINARY" ] ||
    fail "the input binary names $LEVELSET_BINARY, which is no program"
  binary=$(slashed "$LEVELSET_BINARY")
  case $binary in
    /* | [A-Za-z]:/*) ;;
    *) binary=$PWD/$binary ;;
  esac
  found "$binary" "given"
fi

extension=tar.gz program=levelset
case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  # Windows on ARM runs programs for x86-64.
  Windows-X64 | Windows-ARM64) target=x86_64-pc-windows-msvc extension=zip program=levelset.exe ;;
  # Nothing is published for it, so it is built.
  *) target="" ;;
esac
[ "${RUNNER_OS:-}" != Windows ] || program=levelset.exe

own=$(sed -n 's/^version = "\([^"]*\)".*/\1/p' "$action/Cargo.toml" | head -n 1)
version=${LEVELSET_VERSION:-$own}
one version "$version"
version=${version#v}
if [ "$version" = latest ]; then
  # The table is sorted by version, the newest last.
  version=$(awk '!/^#/ && NF == 3 { it = $1 } END { print it }' "$table")
  version=${version:-$own}
fi
# It becomes part of an address and of a path.
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
  fail "the input version is '$version'; it is X.Y.Z or latest"
expected=$(awk -v v="$version" -v t="$target" '$1 == v && $2 == t { print $3 }' "$table")
if [ -z "$expected" ] && [ "$version" != "$own" ]; then
  known=$(awk '!/^#/ && NF == 3 { print $1 }' "$table" | uniq | paste -s -d , - | sed 's/,/, /g')
  fail "levelset $version for ${RUNNER_OS:-this system} ${RUNNER_ARCH:-} is not in support/checksums.txt of this action, so it can't be checked. Known are: ${known:-none yet}; its own is $own. A newer action knows newer versions"
fi

# Whether the attestation of the file says that the release workflow of the action's repository built it:
# 0 it does, 1 it does not say so, 2 it can't be asked here (no gh, one that is too old, no token, another server).
attested() {
  local said
  [ "${GITHUB_SERVER_URL:-https://github.com}" = https://github.com ] || return 2
  [ -n "${LEVELSET_REPOSITORY:-}" ] && [ -n "${GH_TOKEN:-}" ] && command -v gh > /dev/null || return 2
  gh attestation verify --help > /dev/null 2>&1 || return 2
  said=$(gh attestation verify "$1" --repo "$LEVELSET_REPOSITORY" \
    --signer-workflow "$LEVELSET_REPOSITORY/.github/workflows/release.yml" 2>&1) && return 0
  echo "$said"
  return 1
}

# The release's archive into the file $1. 1 where it can't be had.
download() {
  local base=${LEVELSET_DOWNLOAD_URL:-} name=levelset-$target.$extension
  if [ -z "$base" ]; then
    [ -n "${LEVELSET_REPOSITORY:-}" ] || return 1
    base=${GITHUB_SERVER_URL:-https://github.com}/$LEVELSET_REPOSITORY/releases/download
  fi
  curl --proto '=https,file' --tlsv1.2 --fail --silent --show-error --location --retry 3 --max-time 300 \
    --output "$1" -- "$base/v$version/$name" && return 0
  # Releases of a private repository are there for those only who say who they are.
  [ -z "${LEVELSET_DOWNLOAD_URL:-}" ] && [ -n "${GH_TOKEN:-}" ] && command -v gh > /dev/null || return 1
  gh release download "v$version" --repo "$LEVELSET_REPOSITORY" --pattern "$name" --output "$1" --clobber
}

install_release() {
  local work archive actual attestation=0
  local home=$cache/$version/$target
  if [ -n "$expected" ] && [ "$(cat "$home.complete" 2> /dev/null)" = "$expected" ] && [ -x "$home/$program" ]; then
    found "$home/$program" "in the tool cache"
  fi
  work=$(mktemp -d "$temporary/levelset-install.XXXXXX")
  archive=$work/levelset.$extension
  download "$archive" || return 1
  actual=$("${sha256[@]}" "$archive" | cut -d ' ' -f 1)
  if [ -n "$expected" ] && [ "$actual" != "$expected" ]; then
    fail "the download of levelset $version has the SHA-256 $actual, but support/checksums.txt says $expected: it is not what was published, and was not run"
  fi
  attested "$archive" || attestation=$?
  case $attestation in
    0) echo "its attestation says that the release workflow of $LEVELSET_REPOSITORY built it" ;;
    *)
      # Its own sum is nowhere: without an attestation nothing says what this is.
      [ -n "$expected" ] || return 1
      echo "its SHA-256 is the one in support/checksums.txt"
      [ $attestation = 2 ] || warning "The attestation of levelset $version could not be verified. Its SHA-256 is right, so it is used"
      ;;
  esac
  mkdir -p "$work/files" "$home"
  if [ "$extension" = zip ]; then
    unzip -q "$archive" "$program" -d "$work/files"
  else
    tar -xzf "$archive" -C "$work/files" "$program"
  fi || fail "the download of levelset $version has no $program in it"
  chmod +x "$work/files/$program"
  mv -f "$work/files/$program" "$home/$program" || fail "$home can't be written to"
  # Written last: a folder without it is half a download.
  printf '%s\n' "$actual" > "$home.complete"
  rm -rf "$work"
  found "$home/$program" "installed"
}

build() {
  local sources home
  # The source decides what is built, not the version, which stays the same between releases.
  sources=$(cd "$action" && find Cargo.toml Cargo.lock build.rs src rules -type f | LC_ALL=C sort | tr '\n' '\0' |
    xargs -0 "${sha256[@]}" | "${sha256[@]}" | cut -d ' ' -f 1)
  home=$cache/$own-source/$sources
  [ ! -x "$home/bin/$program" ] || found "$home/bin/$program" "in the tool cache, built from the action's source"
  command -v cargo > /dev/null ||
    fail "levelset $own can't be downloaded for ${RUNNER_OS:-this system} ${RUNNER_ARCH:-}, and there is no cargo to build it from the action's source. Install Rust before, or name a levelset with the input binary"
  notice "levelset is built from the action's source, which takes minutes. A released version of the action downloads it"
  # Build scripts of dependencies need no token.
  env -u GH_TOKEN -u GITHUB_TOKEN cargo install --locked --quiet --path "$action" --root "$home"
  found "$home/bin/$program" "built from the action's source"
}

if [ -n "$target" ]; then
  install_release || true
fi
[ "$version" = "$own" ] || fail "levelset $version could not be downloaded"
build
