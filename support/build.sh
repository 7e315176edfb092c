#!/usr/bin/env bash
# Builds what a release has for one target: `support/build.sh TARGET FOLDER` writes
#
#   levelset-TARGET.tar.gz   (.zip for Windows) the program and its licences, under the name that cargo-binstall looks for
#   levelset-*.whl           the same program as a wheel
#   levelset-TARGET.cdx.json what it was built from
#
# One build makes all three, so that they are the same program. Needs maturin and wheel of PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -eq 2 ] || { echo "usage: support/build.sh TARGET FOLDER" >&2; exit 2; }
target=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

program=levelset platforms=""
case $target in
  # Without a library of the system there is nothing that could be too old for it: the wheel is for all of them.
  x86_64-unknown-linux-*) platforms=manylinux2014_x86_64.manylinux_2_17_x86_64.musllinux_1_1_x86_64 ;;
  aarch64-unknown-linux-*) platforms=manylinux2014_aarch64.manylinux_2_17_aarch64.musllinux_1_1_aarch64 ;;
  *-windows-*) program=levelset.exe ;;
esac
case $target in
  *-unknown-linux-* | *-windows-*) export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static" ;;
esac

maturin build --release --locked --target "$target" --compatibility "$([ -n "$platforms" ] && echo linux || echo pypi)" --out "$work"
[ -z "$platforms" ] || (cd "$work" && wheel tags --remove --platform-tag "$platforms" levelset-*.whl)
wheel=$(echo "$work"/levelset-*.whl)
mkdir "$work/files" "$work/pack"
python -m zipfile -e "$wheel" "$work/files"
cp "$work"/files/levelset-*.data/scripts/$program "$work/pack"
chmod +x "$work/pack/$program"
cp LICENSE-APACHE LICENSE-MIT "$work/pack"

case $target in
  *-unknown-linux-*)
    # A program that asks for an interpreter is not static.
    ! readelf --program-headers --wide "$work/pack/$program" | grep -q INTERP || { echo "$target: not static" >&2; exit 1; }
    ;;
esac
said=$("$work/pack/$program" --version)
[ "$said" = "levelset $(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)" ] || { echo "it says it is $said" >&2; exit 1; }

if [ "$program" = levelset.exe ]; then
  (cd "$work/pack" && 7z a -bso0 "$work/levelset-$target.zip" ./*)
else
  tar -czf "$work/levelset-$target.tar.gz" -C "$work/pack" "$program" LICENSE-APACHE LICENSE-MIT
fi
cp "$work"/files/levelset-*.dist-info/sboms/*.cyclonedx.json "$work/levelset-$target.cdx.json"
mv "$work"/levelset-"$target".* "$wheel" "$out"
ls -l "$out"
