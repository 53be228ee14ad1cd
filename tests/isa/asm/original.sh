#!/bin/sh
# SPDX-License-Identifier: ISC
# original.sh SYS161 DIR - run the big-endian programs in DIR (*.be.elf) on the original System/161,
# but for those whose source says "# not on the original".
# Prints one line a test; exit code 1 if one failed.
here=$(cd "$(dirname "$0")" && pwd)
sys161=$1 dir=$2 bad=0
for src in "$here"/*.S; do
    name=$(basename "$src" .S)
    case $name in
    rt) continue ;;
    smp*) conf=smp.conf ;;
    *) conf=asm.conf ;;
    esac
    if grep -q '# not on the original' "$src"; then
        echo "left out $name"
        continue
    fi
    "$here/run.sh" timeout 60 "$sys161" -X -c "$here/$conf" "$dir/$name.be.elf" >"$dir/$name.log"
    case $? in
    0) echo "passed   $name" ;;
    77) echo "skipped  $name" ;;
    *) echo "FAILED   $name: see $dir/$name.log" && bad=1 ;;
    esac
done
exit $bad
