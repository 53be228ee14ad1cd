#!/bin/sh
# SPDX-License-Identifier: ISC
# run.sh COMMAND... - run one test program (the last word) and judge it by what it prints.
# Exit code: 0 passed, 77 skipped, 1 failed or silent.
#     run.sh kuseg run --conf asm.conf --warp add_sub.be.elf
#     run.sh sys161 -X -c asm.conf add_sub.be.elf
out=$("$@" 2>&1 </dev/null)
code=$?
printf '%s\n' "$out"
verdict=$(printf '%s\n' "$out" | tr -d '\r' | grep -E '^(PASS|FAIL|SKIP) ' | head -n 1)
case $verdict in
PASS*) exit "$code" ;;
SKIP*) if [ "$code" = 0 ] || [ "$code" = 77 ]; then exit 77; fi ;;
*) echo "run.sh: no PASS (exit code $code)" ;;
esac
exit 1
