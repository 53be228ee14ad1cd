#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs shellcheck over every shell script of the tree. usage: scripts.sh SOURCE_ROOT
cd "$1" || exit 2
find . -type d \( -name build -o -name 'build-*' -o -name .git \) -prune -o -type f \
    -exec grep -lZE '^#!/bin/(ba)?sh' {} + | xargs -0 shellcheck --external-sources --severity=warning
