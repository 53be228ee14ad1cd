#!/bin/bash
# SPDX-License-Identifier: ISC
# kuseg disk: every sub-command by what it says and leaves behind, and files that are no good
# image. TAP. usage: disk.sh KUSEG
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
disk=("$kuseg" disk)
limited=(bash -c 'ulimit -f 512 && exec "$@"' -) # no file may grow beyond 512 KB

says() { # CASE MESSAGE COMMAND...: refused, with exactly this
    local name=$1 text=$2
    shift 2
    exact "$name" 2 '' "kuseg: $text" "$@"
}

quiet() { # CASE COMMAND...: done, without a word
    local name=$1
    shift
    exact "$name" 0 '' '' "$@"
}

size() { # FILE BYTES
    [ "$(stat -c %s "$1")" = "$2" ]
}

sparse() { # FILE: takes less than 100 KB
    [ "$(stat -c %b "$1")" -lt 200 ]
}

# ---- help and usage ----

run "${disk[@]}" --help
expect help_lists_the_verbs 0 out 'resize  IMAGE [+-]SIZE'
run "${disk[@]}" convert --help
expect help_of_a_verb_lists_its_options 0 out '--from NAME'
refuse no_verb_is_usage 'usage: kuseg disk VERB' "${disk[@]}"
says unknown_verb_is_suggested "disk: there is no 'creat' (did you mean 'create'?)" \
    "${disk[@]}" creat a.img 1M
says foreign_verb_points_at_help "disk: there is no 'mount' (see 'kuseg disk --help')" \
    "${disk[@]}" mount
says unknown_option_is_suggested \
    "disk create: unknown option '--froce' (did you mean '--force'?)" \
    "${disk[@]}" create --froce a.img 1M
says other_verbs_options_are_unknown "disk create: unknown option '--json'" \
    "${disk[@]}" create --json a.img 1M
says unknown_format "disk create: --format: 'qcow2' is none of: sys161 raw" \
    "${disk[@]}" create --format qcow2 a.img 1M
says create_needs_a_size 'usage: kuseg disk create [options] IMAGE SIZE' "${disk[@]}" create a.img
says info_needs_an_image 'usage: kuseg disk info [options] IMAGE...' "${disk[@]}" info

# ---- create ----

quiet create "${disk[@]}" create a.img 5M
left create_makes_a_system161_image eval '[ "$(head -c 22 a.img | tr "\0" .)" = "System/161 Disk Image." ]'
left create_has_the_size size a.img $((5 * 1048576 + 512))
left create_is_sparse sparse a.img
quiet create_raw "${disk[@]}" create --format raw r.img 64K
left create_raw_has_no_header size r.img 65536
says create_never_overwrites 'cannot create the disk image a.img: File exists' \
    "${disk[@]}" create a.img 1M
left create_left_it_alone size a.img $((5 * 1048576 + 512))
quiet create_forced "${disk[@]}" create -f a.img 1M
left create_forced_has_the_size size a.img $((1048576 + 512))
quiet create_a_huge_one "${disk[@]}" create huge.img 2000G
left a_huge_one_is_sparse sparse huge.img
says size_odd '1000 bytes are no whole number of sectors of 512 bytes' \
    "${disk[@]}" create b.img 1000
says size_small 'a disk of 512 bytes: it must have 64 KB to 2 TB less a sector' \
    "${disk[@]}" create b.img 1s
says size_large 'a disk of 2199023255552 bytes: it must have 64 KB to 2 TB less a sector' \
    "${disk[@]}" create b.img 2048G
says size_wrong "'5MB' is not a size (write for example 512K, 16M)" "${disk[@]}" create b.img 5MB
says size_negative "'-5M' is not a size (write for example 512K, 16M)" \
    "${disk[@]}" create b.img -5M
left bad_sizes_make_no_file test ! -e b.img
says create_no_folder 'cannot create the disk image gone/b.img: No such file or directory' \
    "${disk[@]}" create gone/b.img 1M
mkdir folder
mkfifo fifo
ln -s nowhere link.img
says create_forced_over_a_folder 'cannot create the disk image folder: Is a directory' \
    "${disk[@]}" create --force folder 1M
says create_forced_over_a_fifo 'fifo is no regular file: it cannot be replaced by a disk image' \
    "${disk[@]}" create --force fifo 1M
says create_forced_over_a_device \
    '/dev/null is no regular file: it cannot be replaced by a disk image' \
    "${disk[@]}" create --force /dev/null 1M
says create_over_a_dead_link 'cannot create the disk image link.img: File exists' \
    "${disk[@]}" create link.img 1M

# ---- info ----

used=$(($(stat -c %b a.img) / 2))
exact info 0 "FORMAT               SIZE    SECTORS        ON THE HOST  IMAGE
sys161               1 MB       2048 $(printf '%15d' $used) KB  a.img
raw                 64 KB        128            0 bytes  r.img" '' "${disk[@]}" info a.img r.img
exact info_as_json 0 '[
  {
    "image": "r.img",
    "format": "raw",
    "bytes": 65536,
    "sectors": 128,
    "spare_bytes": 0,
    "host_bytes": 0
  }
]' '' "${disk[@]}" info --json r.img
exact info_of_a_format_named 0 '[
  {
    "image": "a.img",
    "format": "raw",
    "bytes": 1049088,
    "sectors": 2049,
    "spare_bytes": 0,
    "host_bytes": '$((used * 1024))'
  }
]' '' "${disk[@]}" info --json --format raw a.img
exact info_goes_on_behind_a_bad_one 2 '[]' 'kuseg: there is no disk image gone.img: "kuseg disk create gone.img 5M" (or "disk161 create" with the same words) makes one
kuseg: the disk image folder is a directory
kuseg: the disk image fifo is neither a file nor a block device
kuseg: the disk image /dev/null is neither a file nor a block device' \
    "${disk[@]}" info --json gone.img folder fifo /dev/null
odd_name=$(printf 'n\303\244me \377')
quiet create_with_an_odd_name "${disk[@]}" create --format raw "$odd_name" 64K
run "${disk[@]}" info --json "$odd_name"
left odd_names_are_json python3 -m json.tool out /dev/null

# ---- check ----

exact check 0 'a.img: sound
r.img: note: it is raw: sys161 needs a header (kuseg disk convert)
r.img: sound' '' "${disk[@]}" check a.img r.img
exact check_as_json 0 '[
  {
    "image": "a.img",
    "sound": true,
    "findings": []
  }
]' '' "${disk[@]}" check --json a.img
exact check_a_huge_one 0 'huge.img: note: System/161 itself uses less than 4 GB of it
huge.img: sound' '' "${disk[@]}" check huge.img
: >empty.img
printf 'System/161 Disk Image' >short.img
{ head -c 512 a.img && head -c 700 /dev/zero; } >odd.img
exact check_an_empty_one 1 'empty.img: fault: sectors: 0; a disk has 128 to 4294967295
empty.img: note: it is raw: sys161 needs a header (kuseg disk convert)
empty.img: unsound' '' "${disk[@]}" check empty.img
exact check_a_short_one 1 'short.img: fault: short.img is no System/161 disk image: its header is cut short
short.img: unsound' '' "${disk[@]}" check --format sys161 short.img
exact check_an_odd_one 1 'odd.img: fault: sectors: 1; a disk has 128 to 4294967295
odd.img: fault: its last 188 bytes are no whole sector
odd.img: unsound' '' "${disk[@]}" check odd.img
says check_a_missing_one 'there is no disk image gone.img: "kuseg disk create gone.img 5M" (or "disk161 create" with the same words) makes one' \
    "${disk[@]}" check gone.img

# ---- resize ----

quiet resize_grows "${disk[@]}" resize a.img 2M
quiet resize_grows_by "${disk[@]}" resize a.img +64K
left resize_has_the_size size a.img $((2097152 + 65536 + 512))
says resize_never_shrinks \
    'a.img has 2112 KB; with 1 MB what lies beyond would be lost (--force does it)' \
    "${disk[@]}" resize a.img 1M
says resize_never_shrinks_by \
    'a.img has 2112 KB; with 2 MB what lies beyond would be lost (--force does it)' \
    "${disk[@]}" resize a.img -64K
left resize_left_it_alone size a.img $((2097152 + 65536 + 512))
quiet resize_shrinks_when_told "${disk[@]}" resize --force a.img -64K
left resize_shrank size a.img $((2097152 + 512))
quiet resize_mends_an_odd_end "${disk[@]}" resize odd.img 64K
exact a_mended_one_is_sound 0 'odd.img: sound' '' "${disk[@]}" check odd.img
says resize_below_nothing '-9G: there are no disks of such a size' "${disk[@]}" resize a.img -9G
says resize_beyond_numbers '+18446744073709551615: there are no disks of such a size' \
    "${disk[@]}" resize a.img +18446744073709551615
says resize_wrong "'' is not a size (write for example 512K, 16M)" "${disk[@]}" resize a.img +
says resize_a_foreign_one 'r.img is no System/161 disk image: its header is missing' \
    "${disk[@]}" resize --format sys161 r.img 1M

# ---- convert ----

head -c 300000 "$kuseg" | dd of=a.img bs=512 seek=100 conv=notrunc status=none
quiet convert_to_raw "${disk[@]}" convert --format raw a.img b.img
left convert_keeps_the_sectors eval 'tail -c +513 a.img | cmp -s - b.img'
quiet convert_to_system161 "${disk[@]}" convert b.img c.img
left convert_there_and_back cmp -s a.img c.img
head -c 8M /dev/zero >zeros.img
quiet convert_zeros "${disk[@]}" convert zeros.img d.img
left convert_makes_holes sparse d.img
quiet convert_a_huge_one "${disk[@]}" convert --format raw huge.img huge2.img
left a_huge_copy_is_sparse sparse huge2.img
quiet convert_takes_a_header_for_data "${disk[@]}" convert --from raw --format raw a.img e.img
left convert_took_a_header_for_data cmp -s a.img e.img
says convert_never_overwrites 'cannot create the disk image b.img: File exists' \
    "${disk[@]}" convert a.img b.img
left convert_left_it_alone eval 'tail -c +513 a.img | cmp -s - b.img'
quiet convert_forced "${disk[@]}" convert --force a.img b.img
left convert_forced_is_done cmp -s a.img b.img
ln -s a.img same.img
says convert_to_itself 'a.img and same.img are the same file' \
    "${disk[@]}" convert --force a.img same.img
left convert_to_itself_destroys_nothing cmp -s a.img b.img
says convert_from_nothing 'disk image empty.img: 0 sectors: 1 to 2^32-1 are possible' \
    "${disk[@]}" convert empty.img f.img
left convert_from_nothing_makes_nothing test ! -e f.img

# ---- locks ----

exec 9<>a.img
flock -xn 9
for words in 'resize a.img 9M' 'create --force a.img 9M' 'check a.img' 'convert a.img g.img' \
    'convert --force b.img a.img'; do
    read -ra split <<<"$words"
    says "locked_${words// /_}" \
        'the disk image a.img is in use by another machine or process (locked)' \
        "${disk[@]}" "${split[@]}"
done
left locked_is_left_alone cmp -s a.img b.img
run "${disk[@]}" info a.img
expect locked_info 0 out '  a.img'
exec 9>&-
exec 9<b.img
flock -sn 9
quiet readers_share "${disk[@]}" convert b.img h.img
exec 9>&-

# ---- read-only images, and a host that is full ----

chmod 444 b.img
quiet read_only_can_be_copied "${disk[@]}" convert b.img i.img
if [ "$(id -u)" -ne 0 ]; then
    refuse read_only_is_not_resized 'is read-only here' "${disk[@]}" resize b.img 9M
    refuse read_only_is_not_replaced 'Permission denied' "${disk[@]}" create --force b.img 1M
fi
says limited_create 'cannot write the disk image j.img: File too large' \
    "${limited[@]}" "${disk[@]}" create j.img 1M
says limited_resize 'cannot resize the disk image a.img: File too large' \
    "${limited[@]}" "${disk[@]}" resize a.img 3M
head -c 1M /dev/zero | tr '\0' x >full.img
says limited_convert 'cannot write the disk image j.img: File too large' \
    "${limited[@]}" "${disk[@]}" convert full.img j.img
left limits_leave_nothing_behind test ! -e j.img
if [ -w /dev/full ]; then
    timeout 20 "${disk[@]}" info a.img >/dev/full 2>err
    status=$? out='' err=$(cat err)
    expect full_output_is_noticed 2 err 'cannot write to standard output'
fi
mkdir small
if mount -t tmpfs -o size=512k none small 2>/dev/null; then
    says full_host_convert 'cannot write the disk image small/k.img: No space left on device' \
        "${disk[@]}" convert full.img small/k.img
    left full_host_leaves_nothing_behind test ! -e small/k.img
    quiet full_host_takes_a_sparse_one "${disk[@]}" create small/k.img 4M
    umount small
else
    echo "ok $((n += 1)) - full_host_convert # SKIP no tmpfs may be mounted here"
fi
finish
