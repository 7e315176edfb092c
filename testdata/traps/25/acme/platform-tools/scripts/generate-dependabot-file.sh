#!/bin/bash
cat > .github/dependabot.yml <<EOF
# This file is generated. Do not edit it.
version: 2
updates:
  - package-ecosystem: terraform
    directory: /
    schedule:
      interval: daily
EOF
