#!/bin/sh
# SPDX-License-Identifier: ISC
# build.sh CC OUTPUT DEPFILE [BOARD]: compile the programs, link them into the kernel image as /bin.
# BOARD: lamebus (the default) or dec. All that is built on the way goes to OUTPUT.parts. For debuggers: OUTPUT has symbols and lines, and so has
# OUTPUT.parts/NAME.sym of each program.
set -eu

cc=$1 output=$2 depfile=$3 board=${4:-lamebus}
here=$(cd "$(dirname "$0")" && pwd)
work=$output.parts
mkdir -p "$work"

programs='sh hello exit selftest stress bench net'
links='kbench=bench' # the same program by another name

case $board in
lamebus) base=0x80000400 ;;
dec) base=0x80040000 ;;
*) echo "build.sh: there is no board '$board'" >&2 && exit 2 ;;
esac

# Is a file of the kernel's for this board?
is_of_board() { # SOURCE
    case $board:$(basename "$1" .c) in
    lamebus:board_dec | lamebus:dec_* | dec:board_lamebus | dec:lb_*) return 1 ;;
    esac
}

# shellcheck source=guest/flags.sh
. "$here/../flags.sh"
flags="$guest_flags -I$here/lib -I$here/bench"
link=$guest_link

compile() { # SOURCE OBJECT FLAGS...
    source=$1 object=$2
    shift 2
    $cc $flags "$@" -MD -c -o "$work/$object" "$source"
}

for source in "$here"/lib/*.c "$here"/bench/*.c; do
    name=$(basename "$source" .c)
    [ "$name" = native ] || compile "$source" "$name.o"
done
lib="$work/string.o $work/format.o"
bench=$(for source in "$here"/bench/*.c; do
    name=$(basename "$source" .c)
    [ "$name" = native ] || echo "$work/$name.o"
done)

compile "$here/user/crt0.S" crt0.o
compile "$here/user/lib.c" user_lib.o
for name in $programs; do
    [ -f "$here/user/$name.c" ] || continue
    compile "$here/user/$name.c" "user_$name.o" -I"$here/user"
    parts="$work/crt0.o $work/user_$name.o $work/user_lib.o $lib $bench"
    $cc $flags $link -T "$here/user/user.ld" -o "$work/$name.sym" $parts
    $cc $flags $link -s -T "$here/user/user.ld" -o "$work/$name" $parts
done

# The table of /bin.
archive() {
    echo '.section .rodata'
    for name in $programs; do
        [ -f "$work/$name" ] || continue
        echo ".balign 4; start_$name: .incbin \"$work/$name\"; end_$name:"
    done
    for pair in $(for name in $programs; do echo "$name=$name"; done) $links; do
        name=${pair%=*}
        [ -f "$work/${pair#*=}" ] && echo "name_$name: .asciz \"$name\""
    done
    echo '.balign 4; .globl binfs_archive; binfs_archive:'
    for pair in $(for name in $programs; do echo "$name=$name"; done) $links; do
        [ -f "$work/${pair#*=}" ] &&
            echo ".word name_${pair%=*}, start_${pair#*=}, end_${pair#*=}"
    done
    echo '.word 0, 0, 0'
}
archive >"$work/archive.S"
$cc $flags -c -o "$work/archive.o" "$work/archive.S"

kernel=
for source in "$here"/kernel/*.c "$here"/kernel/*.S; do
    is_of_board "$source" || continue
    name=kernel_$(basename "$source" | tr . _).o
    compile "$source" "$name"
    kernel="$kernel $work/$name"
done
$cc $flags $link -Wl,--no-gc-sections -Wl,--defsym=kernel_base=$base -T "$here/kernel/kernel.ld" -o "$output" $kernel \
    "$work/archive.o" $lib $bench

# One dependency file of all the compiler's.
{
    printf '%s: ' "$output"
    sed -e 's/^[^ ]*://' -e 's/\\$//' "$work"/*.d | tr -s ' ' '\n' | grep / | sort -u | tr '\n' ' '
    printf '%s\n' "$here/kernel/kernel.ld $here/user/user.ld"
} >"$depfile"
