#!/bin/sh
# SPDX-License-Identifier: ISC
# build.sh CC OUT SRC [CFLAGS...] - assemble and link one test program.
# CC is mips-linux-gnu-gcc (its programs are big-endian) or mipsel-linux-gnu-gcc (little-endian).
set -eu
cc=$1 out=$2 src=$3
shift 3
dir=$(dirname "$0")
case $cc in *mipsel*) order=-EL ;; *) order=-EB ;; esac
exec "$cc" $order -mips1 -march=r3000 -mabi=32 -mno-abicalls -fno-pic -G0 -msoft-float \
    -nostdlib -nostartfiles -static -Wl,--build-id=none -Wl,-T,"$dir/test.ld" \
    -Wa,--fatal-warnings,-mno-fix-loongson3-llsc -I"$dir" "$@" -o "$out" "$dir/rt.S" "$src"
