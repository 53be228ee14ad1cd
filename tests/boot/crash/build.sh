#!/bin/sh
# SPDX-License-Identifier: ISC
# build.sh CC KERNEL USER - the guest of report.py, trace.py and profile.py: two executables.
set -eu
cc=$1 kernel=$2 user=$3
here=$(dirname "$0")
flags="-EB -mips1 -march=r3000 -mabi=32 -mno-abicalls -fno-pic -G0 -msoft-float -O2 -ffreestanding
    -nostdlib -static -Wl,--build-id=none -Wa,-mno-fix-loongson3-llsc -fno-ipa-icf"
# shellcheck disable=SC2086
"$cc" $flags -Wl,-T,"$here/user.ld" -o "$user" "$here/user.c"
"${cc%gcc}objcopy" -O binary "$user" "$user.bin"
# shellcheck disable=SC2086
"$cc" $flags -Wl,-T,"$here/kernel.ld" -DUSER_IMAGE="\"$user.bin\"" -o "$kernel" \
    "$here/kernel.S" "$here/kernel.c"
