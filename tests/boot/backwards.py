#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Debian's gdb goes back in time in hearth; the present does not notice."""
import os
import re
import subprocess

from boot import HEARTH, case, check_disk, contains, equal, main, make_disk
from debugger import ADDRESS, HEARTH_DEC, Guest, Mi, debug, gdb, in_order, state, state_without

NO_MORE = "No more reverse-execution history"
BUG = "bench sort 1 &; bug list"


def machines():
    """Options and kernel: System/161's board with one CPU and several, and a DECstation."""
    yield ("--engine", "interp"), HEARTH
    yield ("-n", "4", "-m", "4M"), HEARTH
    if os.path.exists(HEARTH_DEC):
        yield ("--board", "dec5000"), HEARTH_DEC


def numbers(text, pattern):
    return [int(n, 0) for n in re.findall(pattern, text)]


def pcs(text):
    return numbers(text, r"\$\d+ = (0x[0-9a-f]+)")


@case
def from_a_panic_back_to_the_store():
    for options, kernel in machines():
        plain = state_without(BUG, *options, kernel=kernel, status=1)
        text = debug(
            BUG,
            "break print_panic",
            "continue",
            "backtrace 3",
            "print bug_page->node[0]",
            "watch -location bug_page->node[0].next",
            "reverse-continue",
            "x/i $pc",
            "print bug_page->notes",
            "backtrace 2",
            "delete",
            "continue",
            "backtrace 1",
            "continue",
            options=options,
            kernel=kernel,
            status=1,
        )
        in_order(text, "Breakpoint 1, print_panic", "bug_walk", "bug_list", "next = 0x6b5ab9ae",
                 "Hardware watchpoint 2", "Old value = (struct bug_node *) 0x6b5ab9ae",
                 "New value = (struct bug_node *) 0x8", " in bug_note (what=1801107886)",
                 "=> 0x", "<bug_note+", "sw\ta0,4(v0)", " = 9", "bug_note (what", "bug_list",
                 NO_MORE, "#0  print_panic", "exited with code 01")
        equal(state(), plain, options)


@case
def instructions_back_and_on_again():
    for options, kernel in machines():
        step = ("stepi", "print/x $pc")
        back = ("reverse-stepi", "print/x $pc")
        text = debug(
            "hello; halt",
            "break file_open",
            "continue",
            "continue",
            "print/x $pc",
            *step * 8,
            *back * 8,
            *step * 8,
            "detach",
            options=options,
            kernel=kernel,
        )
        seen = pcs(text)
        equal(len(seen), 25, text)
        equal(seen[8:17], seen[8::-1], text)
        equal(seen[16:], seen[:9], text)
        assert len(set(seen)) > 4, text


@case
def lines_and_functions_back():
    for options, kernel in machines():
        plain = state_without("halt", *options, kernel=kernel)
        text = debug(
            "halt",
            "tbreak exec_load",
            "continue",
            "finish",
            "reverse-step",  # into its end
            "info symbol $pc",
            "reverse-finish",
            "info symbol $pc",
            "step",
            "next",
            "print $pc",
            "next",
            "reverse-next",
            "print $pc",
            "delete",
            "continue",
            "continue",
            options=options,
            kernel=kernel,
        )
        in_order(text, "reakpoint 1, exec_load", "Value returned",
                 "exec_load + ", "proc_spawn + ", NO_MORE, "exited normally")
        lines = re.findall(r"\$\d+ = .*(<.*>)", text)
        equal(len(lines), 2, text)
        equal(lines[0], lines[1], text)
        equal(state(), plain, options)


@case
def the_beginning_and_the_end():
    words = "bench sort 2; hello; halt 3"
    for options, kernel in (*machines(), (("--engine", "jit"), HEARTH)):
        plain = state_without(words, *options, kernel=kernel, status=3)
        text = debug(
            words,
            "break proc_exit",
            "continue",
            "print/x $pc",
            "monitor when",
            "delete",
            "reverse-continue",
            "print/x $pc",
            "monitor when",
            "reverse-stepi",
            "stepi",
            "continue",
            "print/x $pc",
            "monitor when",
            "reverse-stepi",
            "stepi",
            "continue",
            options=options,
            kernel=kernel,
            status=3,
        )
        in_order(text, "Breakpoint 1", NO_MORE, NO_MORE, NO_MORE, "exited with code 03")
        exit_pc, first_pc, again = pcs(text)[:3]
        equal(exit_pc, again, text)
        assert first_pc != exit_pc, text
        cycles = numbers(text, r"cycle (\d+),")
        assert cycles[0] == cycles[2] > 100000 and cycles[1] < 1000, text
        equal(state(), plain, options)


@case
def writes_to_a_disk_are_undone_and_done_again():
    words = "write a one; write b two; cat a; rm a; write c three; cat b; cat c; halt"
    plain = state_without(words, "--disk", make_disk())
    with open("disk.img", "rb") as f:
        image = f.read()
    os.unlink("disk.img")
    make_disk()
    with open("disk.img", "rb") as f:
        assert f.read() != image
    text = debug(
        words,
        "break print_halt",
        "continue",
        "break hearthfs_remove",
        "reverse-continue",
        "monitor when",
        "continue",
        "monitor when",
        "delete",
        "reverse-continue",
        "break hearthfs_remove",
        "continue",
        "monitor when",
        "continue",
        "delete",
        "continue",
        options=("--disk", "disk.img"),
    )
    in_order(text, "print_halt", "Breakpoint 2, hearthfs_remove", NO_MORE, "print_halt", NO_MORE,
             "Breakpoint 3, hearthfs_remove", NO_MORE, "exited normally")
    there, end, again = numbers(text, r"cycle (\d+),")
    assert there == again < end, text
    equal(state(), plain)
    with open("disk.img", "rb") as f:
        assert f.read() == image, "the disk is different"
    check_disk()


@case
def the_past_cannot_be_changed_the_present_can():
    text = debug(
        "halt",
        "break exec_load",
        "continue",
        "print $pc",
        "reverse-stepi",
        "print $t0 = 77",
        "print $t0 == 77",
        "print *(int *)0x80001000 = 77",
        "print *(int *)0x80001000 == 77",
        "stepi",
        "set var $t9 = 77",
        "reverse-stepi",
        "monitor when",
        "reverse-continue",
        "delete",
        "continue",
        "print $t9",
        "break print_halt",
        "continue",
        "reverse-continue",
        "monitor when",
        "continue",
        "delete",
        "continue",
    )
    in_order(text, "Breakpoint 1, exec_load", "in proc_", "remote failure reply 'E.the past cannot be changed'",
             "Cannot access memory at address 0x80001000", NO_MORE, "start ()", NO_MORE, "exec_load", "= 77",
             "print_halt", NO_MORE, NO_MORE, "print_halt", "exited normally")
    equal(text.count("E.the past"), 1, text)
    first = numbers(text, r"known from cycle (\d+) on")
    assert first[0] == 0 < 10000 < first[1], text


@case
def conditions_hold_on_the_way_back():
    text = debug(
        BUG,
        "break print_panic",
        "continue",
        "break bug_note if bug_page->notes == 3",
        "reverse-continue",
        "print bug_page->notes",
        "reverse-continue",
        "continue",
        "print bug_page->notes",
        "detach",
        first=("set remotelogfile packets",),
        status=1,
    )
    in_order(text, "Breakpoint 2, bug_note", "$1 = 3", NO_MORE, "Breakpoint 2, bug_note", "$2 = 3")
    with open("packets", encoding="ascii", errors="replace") as f:
        equal(f.read().count("$bc#"), 2, "packets")


@case
def conditions_that_seldom_hold_are_fast_enough():
    """A hundred thousand that do not are one look at the past, not as many."""
    text = debug(
        "bench getpid 100000; halt",
        "break print_halt",
        "continue",
        "break syscall_getpid if call->b == 123456",
        "reverse-continue",
        "detach",
    )
    in_order(text, "Breakpoint 1, print_halt", NO_MORE)


def on_its_way_back(words, **more):
    """gdb, going back for longer than it takes to say more."""
    there = Guest(words, **more)
    mi = Mi()
    mi("-gdb-set mi-async on")
    mi(f"-file-exec-and-symbols {HEARTH}")
    mi(f"-target-select remote {ADDRESS}", "^connected")
    mi("-break-insert print_halt")
    contains(mi("-exec-continue", "*stopped"), "print_halt")
    mi("-break-insert -c \"call->b == 123456\" syscall_getpid")
    mi("-exec-continue --reverse", "*running")
    return there, mi


@case
def control_c_ends_the_way_back():
    words = "bench getpid 300000; halt"
    plain = state_without(words)
    there, mi = on_its_way_back(words)
    try:
        contains(mi("-exec-interrupt", "*stopped"), 'signal-name="SIGINT"', "print_halt")
        mi("-break-delete")
        contains(mi("-exec-step-instruction --reverse", "*stopped"), 'reason="end-stepping-range"')
        stopped = mi("-exec-continue", "*stopped")
        contains(stopped, "print_halt")
        assert "signal" not in stopped, stopped
        mi("-exec-continue", "*stopped,reason=\"exited-normally\"")
        mi("-gdb-exit", "^exit")
        mi.end()
        there.end(0)
    finally:
        mi.run.kill()
        there.run.kill()
    equal(state(), plain)


@case
def control_c_ends_the_way_on():
    words = "bench getpid 300000; halt"
    plain = state_without(words)
    for stays in (True, False):
        there, mi = on_its_way_back(words)
        try:
            mi("-exec-interrupt", "*stopped")
            mi("-break-delete")
            mi("-exec-continue --reverse", "*stopped")
            mi("-break-insert -c \"call->b == 123456\" syscall_getpid")
            mi("-exec-continue", "*running")
            if stays:
                contains(mi("-exec-interrupt", "*stopped"), 'signal-name="SIGINT"')
                contains(mi("-interpreter-exec console \"monitor when\""), "^done")
                contains("".join(mi.seen), "this is the past; ")
                mi("-target-detach")
            mi.run.kill()
            there.end(0)
        finally:
            mi.run.kill()
            there.run.kill()
        equal(state(), plain, stays)


@case
def a_debugger_that_goes_on_the_way_back_lets_it_run():
    words = "bench getpid 300000; halt"
    plain = state_without(words)
    there, mi = on_its_way_back(words)
    mi.run.kill()
    there.end(0)
    equal(state(), plain)


@case
def moments_are_gone_to():
    there = Guest("", stdin=subprocess.PIPE)
    os.write(there.run.stdin.fileno(), b"hello\nhalt 9\n")
    flush = "maintenance flush register-cache"
    text = gdb(
        "break print_halt",
        "continue",
        "print $pc",
        "monitor when",
        "monitor events",
        "monitor seek -1000",
        flush,
        "monitor when",
        "monitor seek +400",
        "monitor when",
        "monitor seek 50000",
        flush,
        "print $pc",
        "monitor when",
        "monitor events",
        "monitor seek 0",
        "monitor when",
        "monitor seek 1000000000000",
        flush,
        "print $pc",
        "monitor seek",
        "monitor seek x",
        "monitor seek 99",
        flush,
        "continue",
        "continue",
    )
    there.end(9)
    in_order(text, "Breakpoint 1, print_halt", NO_MORE, "exited with code 011")
    here, back, on, there, first = numbers(text, r"cycle (\d+), \d+\.")
    assert here - 1000 == back == on - 400 and there == 50000 and first < 1000, text
    halt, past, again = re.findall(r"\$\d = .*<(.*)>", text)
    equal(halt, again, text)
    assert past != halt, text
    contains(text, "this is the present\n", "this is the past; the present is at cycle %d\n" % here,
             ", the present\n", "to which cycle?", "'x' is not a number")
    events = re.findall(r"(\d+) recorded before, (\d+) after\n(?:  cycle.*\n)*", text)
    equal(sum(int(n) for n in events[0]), sum(int(n) for n in events[1]), text)
    in_order(text, "input from source 0, 1 byte: 68\n", "1 byte: 0a\n", "here\n")


@case
def none_is_kept_if_none_is_wanted():
    text = debug(
        "halt",
        "break exec_load",
        "continue",
        "reverse-stepi",
        "monitor when",
        "monitor seek 5",
        "monitor events",
        "detach",
        options=("--no-history",),
    )
    contains(text, "Target remote does not support this command", "no history is kept (see --history)")


main()
