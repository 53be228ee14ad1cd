#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What a person is told when a guest crashes and there is no debugger."""
import os
import re
import signal
import subprocess

from boot import HEARTH, KUSEG, case, contains, equal, guest, kuseg, main, write
from crash import CRASH, FAULTY, crash


def names(run, cpu=0):
    """The function names of a CPU's back trace, "!" where an exception came in between."""
    lines = run.err.splitlines()
    first = next(n for n, line in enumerate(lines) if f": cpu{cpu}: at " in line)
    first = next(n for n in range(first, len(lines)) if "back trace:" in lines[n])
    found = []
    for line in lines[first + 1 :]:
        frame = re.fullmatch(r"kuseg:  +(\d+)  ([0-9a-f]{8})  (\S*)", line)
        if frame:
            equal(int(frame.group(1)), sum(name != "!" for name in found), "number of the frame")
            found.append(frame.group(3).split("+")[0])
        elif "an exception interrupted" in line:
            found.append("!")
        else:
            break
    return found


@case
def a_kernel_that_stops_has_a_back_trace():
    run = crash("s").expect(1, "the guest asked for a debugger")
    equal(names(run), ["stop"] + 4 * ["inner"] + ["main", "_start"])


@case
def registers_have_names():
    run = crash("s").expect(1)
    values = dict(re.findall(r" (\w{2,4}) ([0-9a-f]{8})(?![0-9a-f])", run.err))
    equal(values["zero"], "00000000")
    equal(values["a0"], "00000004")
    assert values["sp"].startswith("8001"), values
    contains(run.err, f" ra {values['ra']}", "status 00000000")


@case
def a_user_fault_names_the_program_and_its_registers():
    run = crash("f").expect(1)
    equal(names(run)[:4], ["stop", "on_exception", "handler", "!"])
    equal(names(run)[4:7], ["faulty:touch", "faulty:work", "faulty:__start"])
    contains(run.err, "address error (load) at 00400", "address at fault: 00400003, TLB[0] 00400000")
    contains(run.err, "asid 5", " of faulty:", " a0 00400003", " t1 12340000", " k0 unknown")


@case
def a_null_pointer_has_no_tlb_entry():
    run = crash("n").expect(1, "address at fault: 00000000, no TLB entry for asid 5")
    equal(names(run)[4:6], ["faulty:touch", "faulty:work"])


@case
def a_call_of_a_null_pointer_has_a_caller():
    run = crash("z").expect(1, "TLB miss (load) at 00000000")
    equal(names(run), ["stop", "on_exception", "handler", "!", "", "main", "_start"])
    assert "user program" not in run.err, run.err


@case
def a_cpu_that_makes_no_sense_of_it_stands_there():
    run = crash("t").expect(1, "two TLB entries")
    equal(names(run), ["set_tlb", "main", "_start"])


@case
def waiting_for_nothing_shows_where():
    run = crash("w").expect(1, "all CPUs wait", "waiting for an interrupt")
    equal(names(run), ["main", "_start"])
    assert " s0 " not in run.err, run.err


@case
def without_programs_there_are_addresses():
    run = kuseg("--warp", CRASH, "f").expect(1, "at 00400010")
    equal(names(run)[:4], ["stop", "on_exception", "handler", "!"])
    assert "faulty" not in run.err, run.err


@case
def programs_are_known_by_their_code_alone():
    with open(FAULTY, "rb") as f:
        other = bytearray(f.read())
    where = other.index(b"\x00\x00\x00\x0c")  # a system call of its code
    other[where + 3] = 0x0D
    with open("changed", "wb") as f:
        f.write(other)
    run = kuseg("--warp", "--symbols", "changed", CRASH, "f").expect(1)
    assert "changed" not in run.err, run.err
    os.mkdir("bin")
    os.rename("changed", "bin/changed")
    os.symlink(FAULTY, "bin/right")
    write("bin/text", "no program")
    run = kuseg("--warp", "--symbols", "bin", CRASH, "f").expect(1)
    contains(run.err, " right:touch", " of right:")


@case
def a_program_that_is_not_mapped_any_more_is_looked_for_in_memory():
    run = crash("m").expect(1, " of faulty:", "faulty is the only known program", ": touch)")
    equal(names(run)[4:], [""])  # where it was is known, but not its stack
    os.symlink(FAULTY, "twin")
    assert "faulty" not in crash("m", "--symbols", "twin").expect(1).err  # it may be either


@case
def wrong_programs_are_refused():
    write("text", "no program")
    kuseg("--symbols", "text", CRASH, "s").expect(2, "--symbols: text", "not an ELF")
    kuseg("--symbols", "nowhere", CRASH, "s").expect(2, "--symbols", "nowhere")


@case
def who_ends_it_can_ask():
    for options in ([], ["--report"]):
        with subprocess.Popen(
            [KUSEG, "run", *options, CRASH, "l"],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as run:
            contains(run.stderr.readline().decode(), "debug 0x6c")  # it loops from now on
            run.send_signal(signal.SIGTERM)
            err = run.stderr.read().decode()
        equal(run.returncode, 3)
        equal(" loop+0x" in err, bool(options), err)


@case
def each_cpu_is_shown():
    run = guest("echo a", "-n", "3").expect(1, "no more input")
    for cpu in range(3):
        contains(run.err, f"cpu{cpu}: at ")
        assert names(run, cpu), run.err


@case
def the_end_of_a_good_guest_is_quiet():
    equal(kuseg("--warp", HEARTH, "halt").expect(0).err, "")


main()
