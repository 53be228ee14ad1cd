# SPDX-License-Identifier: ISC
# How guest code is compiled, hearth's and bare's alike: so that a benchmark has the same
# instructions on every machine. To be sourced.
# shellcheck shell=sh disable=SC2034
guest_flags="-g -march=r3000 -mabi=32 -msoft-float -mno-abicalls -fno-pic -G0 -ffreestanding
    -nostdlib -static -O2 -std=gnu17 -Wall -Wextra -Werror -mno-check-zero-division
    -fno-strict-aliasing -fno-tree-loop-distribute-patterns -fno-stack-protector
    -ffunction-sections"
guest_link="-Wl,--build-id=none -Wl,--gc-sections -Wl,-z,max-page-size=4096
    -Wl,--no-warn-rwx-segments -Wl,-z,noexecstack"
