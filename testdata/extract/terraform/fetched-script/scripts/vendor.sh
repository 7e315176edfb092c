#!/usr/bin/env bash
# Expected: "vpc" of infra/main.tf is github.com acme/tf-modules//vpc @v2.0.1, exact, via scripts/vendor.sh:9: the
# archive unpacks to `tf-modules-2.0.1`, which is moved to `modules`. "dns" is held at the commit that is checked out
# (line 13: where it is cloned). "two" has two rows: what the script clones and what the justfile clones.
# "text" stays local with a gap: its clone stands in a here-document.
set -euo pipefail
cd "$(dirname "$0")/../infra"
VERSION="${VERSION:-v2.0.1}"
curl -fsSL "https://github.com/acme/tf-modules/archive/refs/tags/${VERSION}.tar.gz" -o /tmp/modules.tgz
tar -xzf /tmp/modules.tgz
mv tf-modules-2.0.1 modules

git clone https://github.com/acme/tf-dns dns
git -C dns checkout 0123456789abcdef0123456789abcdef01234567
git clone -b v1.0.0 https://github.com/acme/tf-two two
cat > /tmp/help <<TEXT
git clone https://github.com/acme/tf-text text
TEXT
