#!/bin/sh
# SPDX-License-Identifier: ISC
# build.sh CC FOLDER DEPFILE: into FOLDER, the benchmarks as programs for Linux (linux-be, linux-le)
# and as bare guests (malta-be.elf, malta-le.elf, decstation-le.elf).
set -eu

cc=$1 folder=$2 depfile=$3
here=$(cd "$(dirname "$0")" && pwd)
hearth=$here/../hearth
# shellcheck source=guest/flags.sh
. "$here/../flags.sh"
flags="$guest_flags -I$here -I$hearth/lib -I$hearth/bench"

compile() { # SOURCE OBJECT FLAGS...
    source=$1 object=$2
    shift 2
    $cc $flags "$@" -MD -c -o "$object" "$source"
}

program() { # ORDER: be or le
    order=$1 work=$folder/bare-$1.parts
    e=-E$(echo "${order%e}" | tr a-z A-Z)
    mkdir -p "$work"
    for source in "$hearth"/lib/*.c "$hearth"/bench/*.c "$here"/program.[cS]; do
        case $source in
        */native.c) ;;
        *.S) compile "$source" "$work/start.o" "$e" ;;
        *) compile "$source" "$work/$(basename "$source" .c).o" "$e" ;;
        esac
    done
    $cc $flags "$e" $guest_link -s -T "$hearth/user/user.ld" -o "$folder/linux-$order" "$work"/*.o
}

kernel() { # MACHINE ORDER FLAGS...
    name=$1-$2 work=$folder/$1-$2.parts
    e=-E$(echo "${2%e}" | tr a-z A-Z)
    program=$folder/linux-$2 machine=$1
    shift 2
    mkdir -p "$work"
    compile "$here/start.S" "$work/start.o" "$e" "-DPROGRAM=\"$program\"" "$@"
    compile "$here/kernel.c" "$work/kernel.o" "$e" "$@"
    compile "$here/$machine.c" "$work/machine.o" "$e" "$@"
    compile "$hearth/lib/string.c" "$work/string.o" "$e"
    $cc $flags "$e" $guest_link -Wl,--no-gc-sections -T "$here/kernel.ld" -o "$folder/$name.elf" \
        "$work"/*.o
}

program be
program le
kernel malta be
kernel malta le
kernel decstation le -DCHIP_R3000

# One dependency file of all the compiler's.
{
    printf "%s: " "$folder/linux-be"
    sed -e 's/^[^ ]*://' -e 's/\\$//' "$folder"/*.parts/*.d | tr -s ' ' '\n' | grep / | sort -u |
        tr '\n' ' '
    printf '%s\n' "$here/kernel.ld $hearth/user/user.ld"
} >"$depfile"
