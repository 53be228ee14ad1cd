#!/bin/sh
# SPDX-License-Identifier: ISC
# build.sh CC FOLDER DEPFILE: into FOLDER, the benchmarks as programs for Linux (linux-be, linux-le)
# and as bare guests (malta-be.elf, malta-le.elf, decstation-le.elf); those that compute with floating
# point, too, for machines that have it (NAME-float).
set -eu

cc=$1 folder=$2 depfile=$3
here=$(cd "$(dirname "$0")" && pwd)
hearth=$here/../hearth
# shellcheck source=guest/flags.sh
. "$here/../flags.sh"
flags="$guest_flags -I$here -I$hearth/lib -I$hearth/bench -I$here/float"
hard="-mhard-float -mfp32 -DBENCH_FLOAT -ffp-contract=off"

# The usual flags and more; those of hardware instead of those of a library.
with() { # FLAGS...
    case $* in
    *-mhard-float*) echo "$flags" | sed 's/-msoft-float//' ;;
    *) echo "$flags" ;;
    esac
    echo "$*"
}

compile() { # SOURCE OBJECT FLAGS...
    source=$1 object=$2
    shift 2
    # shellcheck disable=SC2046 # flags are words
    $cc $(with "$@") -MD -c -o "$object" "$source"
}

program() { # ORDER (be or le) NAME FLAGS...
    name=$2-$1 work=$folder/bare-$2-$1.parts
    e=-E$(echo "${1%e}" | tr a-z A-Z)
    shift 2
    mkdir -p "$work"
    for source in "$hearth"/lib/*.c "$hearth"/bench/*.c "$here"/program.[cS] "$here"/float/*.c; do
        case $source:$* in
        */native.c:* | */float/*:) ;;
        *.S:*) compile "$source" "$work/start.o" "$e" "$@" ;;
        *) compile "$source" "$work/$(basename "$source" .c).o" "$e" "$@" ;;
        esac
    done
    # shellcheck disable=SC2046 # flags are words
    $cc $(with "$e" "$@") $guest_link -s -T "$hearth/user/user.ld" -o "$folder/$name" "$work"/*.o
}

kernel() { # MACHINE PROGRAM ORDER FLAGS...
    name=$1${2#linux}-$3 work=$folder/$1${2#linux}-$3.parts
    e=-E$(echo "${3%e}" | tr a-z A-Z)
    program=$folder/$2-$3 machine=$1
    shift 3
    mkdir -p "$work"
    compile "$here/start.S" "$work/start.o" "$e" "-DPROGRAM=\"$program\"" "$@"
    compile "$here/kernel.c" "$work/kernel.o" "$e" "$@"
    compile "$here/$machine.c" "$work/machine.o" "$e" "$@"
    compile "$hearth/lib/string.c" "$work/string.o" "$e"
    $cc $flags "$e" $guest_link -Wl,--no-gc-sections -T "$here/kernel.ld" -o "$folder/$name.elf" \
        "$work"/*.o
}

program be linux
program le linux
program be linux-float $hard
program le linux-float $hard
kernel malta linux be
kernel malta linux le
kernel decstation linux le -DCHIP_R3000
kernel malta linux-float be -DCHIP_FLOAT
kernel malta linux-float le -DCHIP_FLOAT
kernel decstation linux-float le -DCHIP_R3000 -DCHIP_FLOAT

# One dependency file of all the compiler's.
{
    printf "%s: " "$folder/linux-be"
    sed -e 's/^[^ ]*://' -e 's/\\$//' "$folder"/*.parts/*.d | tr -s ' ' '\n' | grep / | sort -u |
        tr '\n' ' '
    printf '%s\n' "$here/kernel.ld $hearth/user/user.ld"
} >"$depfile"
