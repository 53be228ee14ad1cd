#!/bin/sh
# SPDX-License-Identifier: ISC
# Formats manual pages; fails if groff warns about one.
status=0
for page in "$@"; do
    warnings=$(groff -man -Tutf8 -K utf8 -ww -z -rLL=80n "$page" 2>&1)
    if [ -n "$warnings" ]; then
        printf '%s\n' "$warnings"
        status=1
    fi
done
exit "$status"
