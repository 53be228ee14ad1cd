#!/bin/bash
# SPDX-License-Identifier: ISC
# disk161's command line: words, exit codes and messages are those of System/161 2.0.8. TAP.
# usage: disk161.sh KUSEG
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
ln -s "$kuseg" disk161

usage='Usage: disk161 action [options] [arguments]
   disk161 create [-f] filename size
   disk161 info filename...
   disk161 resize filename [+-]size'

wrong() { # CASE WORDS-IN-FRONT COMMAND...: usage, status 3
    local name=$1 front=$2
    shift 2
    exact "$name" 3 '' "${front:+$front
}$usage" "$@"
}

fails() { # CASE MESSAGE COMMAND...: status 1
    local name=$1 text=$2
    shift 2
    exact "$name" 1 '' "$text" "$@"
}

size() { # FILE BYTES
    [ "$(stat -c %s "$1")" = "$2" ]
}

# ---- usage ----

wrong no_action '' ./disk161
wrong help_is_usage '' ./disk161 help
exact help_when_asked_for 0 "$usage" '' ./disk161 --help
wrong unknown_action 'disk161: Unknown command bogus' ./disk161 bogus
wrong option_before_the_action 'disk161: Unknown command -f' ./disk161 -f create a.img 1M
wrong unknown_option "create: invalid option -- 'x'" ./disk161 create -fx a.img 1M
wrong long_option "create: invalid option -- '-'" ./disk161 create --help
wrong option_of_an_unknown_action "bogus: invalid option -- 'z'" ./disk161 bogus -z
wrong create_needs_a_size '' ./disk161 create a.img
wrong create_takes_no_more '' ./disk161 create a.img 1M 2M
wrong resize_needs_a_size '' ./disk161 resize a.img
wrong resize_has_no_force '' ./disk161 resize -f a.img 1M
wrong info_has_no_force '' ./disk161 info -f a.img
left usage_makes_no_file test ! -e a.img

# ---- create ----

exact create 0 '' '' ./disk161 create a.img 1M
left create_adds_a_header size a.img $((1048576 + 512))
left create_writes_the_header eval '[ "$(head -c 22 a.img | tr "\0" .)" = "System/161 Disk Image." ]'
left create_is_sparse eval '[ "$(stat -c %b a.img)" -lt 100 ]'
fails create_refuses_to_overwrite 'disk161: a.img: File exists' ./disk161 create a.img 2M
left create_left_it_alone size a.img $((1048576 + 512))
exact create_forced 0 '' '' ./disk161 create -f a.img 2M
left create_forced_has_the_size size a.img $((2097152 + 512))
exact create_option_at_the_end 0 '' '' ./disk161 create a.img 1M -ff
exact create_kuseg_verb 0 '' '' "$kuseg" disk161 create -f a.img 1M

for pair in 131072 131072b 256s 128k 128K 0x20000 0400000 +128K ' 128K'; do
    rm -f size.img
    run ./disk161 create size.img "$pair"
    left "size_$(echo "$pair" | tr -c 'a-zA-Z0-9\n' _)" size size.img $((131072 + 512))
done
rm -f size.img
exact size_1g 0 '' '' ./disk161 create size.img 1g
left size_1g_is size size.img $((1073741824 + 512))
rm -f size.img

fails size_odd 'Size 100 not an even number of sectors
Try 512 instead.' ./disk161 create b.img 100
fails size_negative 'Size -5 not an even number of sectors
Try 0 instead.' ./disk161 create -- b.img -5
fails size_empty 'Size 0 too small' ./disk161 create b.img ''
fails size_small 'Size 65024 too small' ./disk161 create b.img 127s
fails size_large 'Size 4294967296 too large' ./disk161 create b.img 4G
fails size_suffix 'disk161: Invalid size suffix kb' ./disk161 create b.img 1kb
fails size_suffix_after_a_digit 'disk161: Invalid size suffix 8' ./disk161 create b.img 08
fails size_no_number 'disk161: Invalid size suffix zz' ./disk161 create b.img zz
fails size_overflow 'disk161: 9999999999999999999: Invalid number' \
    ./disk161 create b.img 9999999999999999999
fails size_overflow_by_unit 'Size 9223372036854775296 too large' \
    ./disk161 create b.img 99999999999G
left bad_sizes_make_no_file test ! -e b.img
fails bad_size_with_force 'Size 100 not an even number of sectors
Try 512 instead.' ./disk161 create -f a.img 100
left bad_size_with_force_destroys_nothing size a.img $((1048576 + 512))

mkdir folder
mkfifo fifo
fails create_no_folder 'disk161: gone/a.img: No such file or directory' \
    ./disk161 create gone/a.img 1M
fails create_over_a_folder 'disk161: folder: File exists' ./disk161 create folder 1M
fails create_forced_over_a_folder 'disk161: folder: Is a directory' \
    ./disk161 create -f folder 1M
fails create_forced_over_a_device 'disk161: /dev/null: Invalid argument' \
    ./disk161 create -f /dev/null 1M
fails create_forced_over_a_fifo 'disk161: fifo: Invalid argument' ./disk161 create -f fifo 1M

# ---- info ----

used=$(($(stat -c %b a.img) * 512))
told="a.img size 1048576 bytes (2048 sectors; 1024K; 1M)
a.img spaceused $used bytes ($((used / 512)) sectors; $((used / 1024))K; 0M)"
exact info 0 "$told" '' ./disk161 info a.img
exact info_of_two 0 "$told
$told" '' ./disk161 info a.img -- a.img
exact info_of_none 0 '' '' ./disk161 info
for name in stat stats status; do
    exact "info_is_also_$name" 0 "$told" '' ./disk161 "$name" a.img
done
exact info_stops_at_a_bad_one 1 "$told" 'disk161: gone.img: No such file or directory' \
    ./disk161 info a.img gone.img a.img
printf 'System/161 Disk Image' >short.img
printf '%0600d' 0 >foreign.img
printf 'System/161 Disk Images%0600d' 0 >lying.img
for name in short foreign lying; do
    fails "info_of_a_$name" "disk161: $name.img: Not a System/161 disk image" \
        ./disk161 info "$name.img"
    fails "resize_of_a_$name" "disk161: $name.img: Not a System/161 disk image" \
        ./disk161 resize "$name.img" 1M
done
left a_foreign_file_is_left_alone size foreign.img 600
fails info_of_a_folder 'disk161: folder: Is a directory' ./disk161 info folder
fails info_of_a_fifo 'disk161: fifo: Invalid argument' ./disk161 info fifo
fails info_of_a_device 'disk161: /dev/null: Invalid argument' ./disk161 info /dev/null
chmod 444 a.img
exact info_of_a_read_only_one 0 "$told" '' ./disk161 info a.img
if [ "$(id -u)" -ne 0 ]; then
    fails resize_of_a_read_only_one 'disk161: a.img: Permission denied' ./disk161 resize a.img 1M
fi
chmod 644 a.img

# ---- resize ----

exact resize_to 0 '' '' ./disk161 resize a.img 3M
left resize_to_has_it size a.img $((3145728 + 512))
exact resize_up 0 '' '' ./disk161 resize a.img +64K
left resize_up_has_it size a.img $((3145728 + 65536 + 512))
exact resize_down 0 '' '' ./disk161 resize a.img -128s
left resize_down_has_it size a.img $((3145728 + 512))
exact resize_down_behind_dashes 0 '' '' ./disk161 setsize -- a.img -1M
left resize_down_behind_dashes_has_it size a.img $((2097152 + 512))
fails resize_too_far_up 'Size 4297064448 too large' ./disk161 resize a.img +4G
fails resize_too_far_down '-3M: Result too small' ./disk161 resize a.img -3M
fails resize_below_the_least 'Size 0 too small' ./disk161 resize a.img -2M
fails resize_overflow '+9223372036854775807: Result too large' \
    ./disk161 resize a.img +9223372036854775807
fails resize_odd 'Size 2097153 not an even number of sectors
Try 2097664 instead.' ./disk161 resize a.img +1
fails resize_suffix 'disk161: Invalid size suffix x' ./disk161 resize gone.img 1x
fails resize_missing 'disk161: gone.img: No such file or directory' ./disk161 resize gone.img 1M
left failed_resizes_change_nothing size a.img $((2097152 + 512))

# ---- locks: flock is what System/161 uses, too ----

exec 9<>a.img
flock -xn 9
fails locked_resize 'disk161: a.img: Locked by another process' ./disk161 resize a.img 1M
fails locked_create 'disk161: a.img: Locked by another process' ./disk161 create -f a.img 1M
left locked_is_left_alone size a.img $((2097152 + 512))
run ./disk161 info a.img
expect locked_info 0 out 'a.img size 2097152 bytes'
exec 9>&-
exact unlocked_again 0 '' '' ./disk161 resize a.img 1M

# ---- a host that refuses ----

limited=(bash -c 'ulimit -f 512 && exec "$@"' -) # no file may grow beyond 512 KB
exact limited_create 1 '' 'disk161: c.img: File too large' \
    "${limited[@]}" ./disk161 create c.img 1M
left limited_create_leaves_nothing test ! -e c.img
exact limited_resize 1 '' 'disk161: a.img: File too large' \
    "${limited[@]}" ./disk161 resize a.img 2M
left limited_resize_changes_nothing size a.img $((1048576 + 512))
if [ -w /dev/full ]; then
    timeout 20 ./disk161 info a.img >/dev/full 2>err
    status=$? out='' err=$(cat err)
    expect full_output_is_noticed 1 err 'No space left on device'
fi
finish
