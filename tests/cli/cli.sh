#!/bin/bash
# SPDX-License-Identifier: ISC
# The command line from outside: what it prints, where to, and its exit status. TAP.
# usage: cli.sh KUSEG [GUEST.elf]
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

run "$kuseg" --help
expect help_lists_the_verbs 0 out "boots the built-in guest"
run "$kuseg" run --help
expect run_help_lists_options 0 out "--memory SIZE"
run "$kuseg" devices
expect devices_lists_arguments 0 out "ramsize=SIZE"
run "$kuseg" devices --help
expect devices_has_help 0 out "usage: kuseg devices"
run "$kuseg" devices
expect devices_tells_of_every_board 0 out "ds1287"
run "$kuseg" run --board list
expect boards_are_listed 0 out "dec5000  DECstation 5000/200"
run "$kuseg" run --board pc kernel
expect unknown_board_is_named 2 err "there is no board 'pc'; there are: s161 dec5000"
refuse directories_are_not_for_every_board "--emufs is for the board s161; this is dec5000" \
    "$kuseg" run --board kn02 --emufs . kernel
refuse lines_have_numbers "--serial 3:./x: wants LINE:ADDRESS, and lines 0 to 2" \
    "$kuseg" run --board kn02 --serial 3:./x "${2:-$kuseg}"
refuse cpus_belong_to_boards "--cpu r3000 is for the board dec5000; this is s161" \
    "$kuseg" run --board s161 --cpu r3000 kernel
refuse networks_are_named "--net: 'usr' is no network: there are user, tap:NAME" \
    "$kuseg" run --net usr "$guest"
refuse network_arguments_are_named "--net: there is no 'speed=1': there are mac=" \
    "$kuseg" run --net user,speed=1 "$guest"
refuse lances_belong_to_boards "--net card=lance is for the board dec5000; this is s161" \
    "$kuseg" run --net user,card=lance "$guest"
refuse five_networks_are_too_many "--net user: a machine can have 4" \
    "$kuseg" run --net user --net user --net user --net user --net user "$guest"
refuse interfaces_that_cannot_be_had_are_refused "--net: " "$kuseg" run --net tap:lo "$guest"
run "$kuseg" console --help
expect console_has_help 0 out "usage: kuseg console"
run "$kuseg" version
expect version_is_one_line 0 out "kuseg "

refuse console_without_machine_says_so "cannot connect to .sockets/screen" "$kuseg" console
refuse console_refuses_a_second_path "not 'b' as well" "$kuseg" console a b
refuse console_refuses_unknown_options "did you mean '--shot'?" "$kuseg" console --sht x
refuse no_verb_is_usage "usage: kuseg VERB" "$kuseg"
refuse unknown_verb_is_suggested "did you mean 'run'?" "$kuseg" rnu
refuse unknown_option_is_suggested "did you mean '--memory'?" "$kuseg" run --memroy 4M
refuse too_much_memory_is_refused "16 KB to 508 MB" "$kuseg" run --memory 1G
refuse too_many_cpus_are_refused "'33' is out of range (1 to 32)" "$kuseg" run --cpus 33
refuse gdb_wait_needs_an_address "--gdb-wait needs --gdb" "$kuseg" run --gdb-wait "$guest"
refuse gdb_comes_from_this_machine_only "only this machine is served" \
    "$kuseg" run --gdb example.org:2345 "$guest"
refuse gdb_address_is_explained "should be the path of a socket" "$kuseg" run --gdb here "$guest"
refuse unknown_trace_word_is_refused "(known:" "$kuseg" run --trace nonsense

ln -s "$kuseg" sys161
ln -s "$kuseg" trace161
: >empty
truncate -s 1M outputs.img
cp "$guest" outputs.elf
refuse stats_never_overwrite_an_image "would overwrite a disk image" \
    "$kuseg" run --disk outputs.img --stats outputs.img "$guest"
refuse a_trace_never_overwrites_the_kernel "would overwrite the kernel" \
    "$kuseg" run --trace exc --trace-file outputs.elf outputs.elf
refuse unwritable_stats_are_refused_at_once "cannot write the statistics" \
    "$kuseg" run --stats nowhere/stats.json "$guest"
mkdir folder
printf '\177ELF\001\002\001' >"cut"
printf '31 mainboard ramsize=1M\n' >sys161.conf
printf '31 mainboard ramsize=1M\n2 dsik file=x\n' >bad.conf

refuse missing_kernel_is_named "nothing-here: cannot open" "$kuseg" run nothing-here
refuse directory_is_no_kernel "folder: is a directory" "$kuseg" run folder
mkfifo pipe
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
refuse pipe_is_no_kernel "pipe: is a pipe, not a file" "$kuseg" run pipe
refuse socket_is_no_kernel "socket: is a socket, not a file" "$kuseg" run socket
refuse device_is_no_kernel "/dev/zero: is a device, not a file" "$kuseg" run /dev/zero
refuse pipe_is_no_configuration "pipe: is a pipe, not a file" "$kuseg" run --conf pipe
refuse control_characters_are_shown "a\\x1b[31m\\x9bü\\xc2\\x9b\\x0a: cannot open" \
    "$kuseg" run $'a\e[31m\x9bü\xc2\x9b\n'
refuse empty_name_is_refused "a file's name is empty" "$kuseg" run ""
refuse stats_wait_for_no_reader "pipe: nobody reads from that pipe" "$kuseg" run --stats pipe
refuse a_trace_waits_for_no_reader "pipe: nobody reads from that pipe" \
    "$kuseg" run --trace exc --trace-file pipe
refuse empty_kernel_is_refused "empty: is empty" "$kuseg" run empty
refuse cut_kernel_is_refused "cut: is cut off" "$kuseg" run cut
refuse foreign_kernel_is_named "is an x86-64 executable" "$kuseg" run "$kuseg"
refuse conf_error_names_the_line "bad.conf:2: unknown device 'dsik'" \
    "$kuseg" run --conf bad.conf "$kuseg"
refuse missing_conf_is_named "gone.conf: cannot open" "$kuseg" run --conf gone.conf "$kuseg"
refuse override_of_empty_slot_is_refused "no device in slot 7" "$kuseg" run -C 7:x "$kuseg"

run ./sys161 --help
expect sys161_has_help 0 out "Usage: sys161"
refuse sys161_without_kernel_prints_usage "Usage: sys161" ./sys161
refuse sys161_unknown_option_prints_usage "unknown option '-q'" ./sys161 -q kernel
refuse sys161_missing_kernel "nothing-here: cannot open" ./sys161 -X nothing-here
refuse sys161_override_without_colon "should be slot:arg" ./sys161 -C x kernel
refuse sys161_conf_is_read "gone.conf: cannot open" ./sys161 -c gone.conf kernel
refuse sys161_progress_time_is_checked "out of range" ./sys161 -Z 1 kernel

board() { # LINE...: odd.conf, a mainboard in line 1 and these
    printf '%s\n' '31 mainboard ramsize=1M' "$@" >odd.conf
}
odd() { # CASE TEXT: such a board is refused
    refuse "$1" "$2" "$kuseg" run --conf odd.conf "$guest"
}

if [ -n "$guest" ]; then
    board '0 serial' '4 disk file=folder'
    odd a_disk_that_is_a_directory_is_named_by_line "odd.conf:3: the disk image folder is a dir"
    board '4 disk file=empty'
    odd a_short_image_is_named_by_line "odd.conf:2: the disk image empty is too short"
    board '4 disk file=gone rpm=7200'
    odd a_missing_image_is_named_by_line "odd.conf:2: there is no disk image gone"
    board '4 emufs dir=gone'
    odd a_missing_directory_is_named_by_line "odd.conf:2: cannot open the directory gone"
    board '0 serial' '' '1 serial'
    odd a_second_console_is_named_by_line "odd.conf:4: there can be only one serial console"
    board
    refuse memory_names_the_option "odd.conf:1 (with --memory): mainboard: ramsize is not a mul" \
        "$kuseg" run --conf odd.conf --memory 1000001 "$guest"
    refuse memory_names_only_the_option "kuseg: --memory: mainboard: ramsize is not a multiple" \
        "$kuseg" run --memory 1000001 "$guest"
    refuse disk_names_the_option "kuseg: --disk: the disk image folder is a directory" \
        "$kuseg" run --disk folder "$guest"
    result virtio_errors_name_their_words "$(
        for words in foo rng,x blk blk,size=1 blk,file=gone blk,file=folder,on-error=pause 9p \
            9p,tag=x,dir=gone vsock vsock,path=gone/s console,socket=gone/s balloon,control=gone/s; do
            for board in s161 dec5000; do
                run "$kuseg" run --board "$board" --virtio "$words" "$guest"
                grep -qF "kuseg: --virtio $words: " err || echo "$board, $words: $err"
            done
        done
    )"
    refuse a_raw_disk_names_the_option "kuseg: --disk: the disk image folder is a directory" \
        "$kuseg" run --board dec5000 --disk folder "$guest"
    refuse emufs_names_the_option "kuseg: --emufs: cannot open the directory gone" \
        "$kuseg" run --emufs gone "$guest"
    printf '0 serial\n31 mainboard ramsize=2M cpus=1 ramsize=1M\n' >odd.conf
    run "$kuseg" run --conf odd.conf --warp "$guest" "halt 0"
    result an_argument_twice_is_worth_a_warning "$(
        grep -q "odd.conf:2: mainboard: ramsize is given twice" err || echo "expected a warning"
        grep -q "1024 KB" out || echo "expected that the last counts"
    )"

    refuse missing_image_names_the_command_that_makes_one '"kuseg disk create no.img 5M"' \
        "$kuseg" run --disk no.img "$guest"
    printf '2 disk file=no.img\n31 mainboard ramsize=1M\n' >nodisk.conf
    refuse sys161_missing_image_names_disk161 '"disk161 create"' \
        ./sys161 -X -c nodisk.conf "$guest"
    run "$kuseg" run --warp --builtin "halt 0"
    expect builtin_guest_runs_words 0 out "halted with code 0"
    run "$kuseg" run --warp "$guest" "halt 5"
    expect guest_code_is_the_status 5 out "halted with code 5"
    refuse trace161_unknown_flag "no trace flag 'q'" ./trace161 -tq "$guest"
    run ./sys161 -X "$guest" "halt 0"
    result sys161_runs_a_kernel "$([ "$status" -eq 0 ] || echo "expected status 0")"
    run "$kuseg" run --warp --trace exc --trace-file /dev/full "$guest" "halt 0"
    result an_incomplete_trace_is_a_failure "$([ "$status" -eq 2 ] || echo "expected status 2")"
    head -c 99999 /dev/zero >stats.json # longer than what replaces it
    run "$kuseg" run --memory 512K --stats stats.json --warp "$guest" "halt 0"
    result stats_are_json "$(python3 -m json.tool stats.json 2>&1 >/dev/null)"
fi
finish
