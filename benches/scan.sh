#!/usr/bin/env bash
# How fast is a scan, measured against listing the same files with ripgrep?
#
#   benches/scan.sh FOLDER [PAIRS]     FOLDER holds clones; PAIRS is 15 where it is not given
#
# Builds the release binary, or takes the one that LEVELSET names, and runs `levelset scan -q FOLDER` and
# `rg --files --hidden -g '!.git' FOLDER` in turn, after one of each that warms the caches. Two programs run back to back
# share the machine's mood, so each pair gives a ratio, and the median of the ratios is what counts; CPU time is steadier
# than wall time. Keep a run that says something in benches/runs/<date>-<machine>.md, with what was scanned.
set -euo pipefail

[ $# -ge 1 ] && [ -d "$1" ] || { echo "usage: $0 FOLDER [PAIRS] (a folder of clones)" >&2; exit 2; }
for tool in rg python3; do
  command -v "$tool" > /dev/null && continue
  case $tool in
    rg) echo "ripgrep is what the scan is measured against, and it is not installed: cargo install ripgrep" >&2 ;;
    python3) echo "python3 takes the times, and it is not installed" >&2 ;;
  esac
  exit 2
done
folder=$(cd "$1" && pwd)
pairs=${2:-15}
cd "$(dirname "$0")/.."
levelset=${LEVELSET:-}
if [ -z "$levelset" ]; then
  cargo build --locked --release --quiet
  levelset=${CARGO_TARGET_DIR:-target}/release/levelset
fi

python3 - "$levelset" "$folder" "$pairs" << 'PYTHON'
import os
import statistics
import subprocess
import sys
import time

levelset, folder, pairs = sys.argv[1], sys.argv[2], int(sys.argv[3])
SCAN = [levelset, "scan", "-q", folder]
LIST = ["rg", "--files", "--hidden", "-g", "!.git", folder]


def run(command):
    """CPU seconds (user and system), wall seconds and peak memory in MiB of one run."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}")
    peak = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return usage.ru_utime + usage.ru_stime, wall, peak


def load():
    return " ".join(f"{it:.1f}" for it in os.getloadavg())


def line(name, ours, theirs):
    ratios = [a / b for a, b in zip(ours, theirs)]
    print(
        f"{name:<5} levelset {statistics.median(ours) * 1000:7.0f} ms   rg {statistics.median(theirs) * 1000:7.0f} ms"
        f"   ratio {statistics.median(ratios):.2f} (min {min(ratios):.2f}, max {max(ratios):.2f})"
    )


n_files = subprocess.run(LIST, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout.count(b"\n")
run(SCAN)
before = load()
ours, theirs = [], []
for _ in range(pairs):
    theirs.append(run(LIST))
    ours.append(run(SCAN))
rg = subprocess.run(["rg", "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()[0]
version = subprocess.run([levelset, "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
print(f"{version}, {rg}, {os.cpu_count()} processors, {n_files} files, {pairs} pairs")
print(f"load {before} before, {load()} after")
line("CPU", [it[0] for it in ours], [it[0] for it in theirs])
line("wall", [it[1] for it in ours], [it[1] for it in theirs])
print(f"peak memory of levelset {max(it[2] for it in ours):.0f} MiB")
PYTHON
