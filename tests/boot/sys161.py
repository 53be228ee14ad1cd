#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Called as sys161: System/161's exit codes, and its final statistics line by line."""
import os
import re
import signal

from boot import HEARTH, KUSEG, Terminal, case, command, contains, equal, main, slow_case, write

CONF = """\
0 serial
2 disk file=LHD0.img size=256K
3 emufs dir=.
28 random seed=1
29 timer
30 trace
31 mainboard ramsize=1M cpus=2
"""

FORM = [
    r"(\d+) cycles \((\d+) run, (\d+) global-idle\)",
    r"  cpu0: (\d+) kern, (\d+) user, (\d+) idle; (\d+) ll, (\d+)/(\d+) sc, (\d+) sync",
    r"  cpu1: (\d+) kern, (\d+) user, (\d+) idle; (\d+) ll, (\d+)/(\d+) sc, (\d+) sync",
    r"(\d+) irqs (\d+) exns (\d+)r/(\d+)w disk (\d+)r/(\d+)w console (\d+)r/(\d+)w/(\d+)m emufs"
    r" (\d+)r/(\d+)w net",
    r"Elapsed real time: (\d+)\.(\d{6}) seconds \((\S+) mhz\)",
]


def sys161(*args, conf=CONF, **more):
    write("sys161.conf", conf)
    if not os.path.exists("sys161"):
        os.symlink(KUSEG, "sys161")
    return command("./sys161", *args, **more)


def statistics(err):
    """The numbers of each line of FORM, which stand one after the other on standard error."""
    lines = err.splitlines()
    first = next(n for n, line in enumerate(lines) if " cycles (" in line)
    numbers = []
    for form, line in zip(FORM, lines[first:]):
        found = re.fullmatch("sys161: " + form, line)
        assert found, f"{line!r} is not of the form {form!r}"
        numbers.append([float(x) for x in found.groups()])
    equal(len(numbers), len(FORM), "lines")
    return numbers


@case
def the_final_statistics_have_the_originals_form():
    sys161("-X", HEARTH, "format; write a hi; halt").expect(0)
    run = sys161("-X", HEARTH, "cat a; write b ho; cat /host/sys161.conf; halt").expect(0)
    total, cpu0, cpu1, devices, _ = statistics(run.err)
    equal(total[0], total[1] + total[2], "cycles")
    for cpu in (cpu0, cpu1):
        equal(sum(cpu[:3]), total[0], "cycles of a CPU")
        assert cpu[4] <= cpu[3], cpu
    assert cpu0[1] + cpu1[1] > 0, (cpu0, cpu1)
    irqs, _, reads, writes, typed, printed, host_reads, host_writes, host_others = devices[:9]
    assert irqs > 10 and reads > 0 and writes > 0, devices
    equal((typed, printed), (0, len(run.out)), "console")
    assert host_reads > 0 and host_others > 0, devices
    equal(host_writes, 0)


@case
def power_off_is_always_0():
    for words in ("halt 0", "halt 5", "panic"):
        sys161(HEARTH, words).expect(0)


@case
def doom_and_requests_are_3():
    run = sys161("-D", "5", HEARTH, "format; halt").expect(3, "doom")
    equal(statistics(run.err)[3][3], 4, "disk writes")
    term = Terminal(os.path.abspath("sys161"), HEARTH)
    term.wait_for("hearth> ")
    term.kill(signal.SIGINT)
    equal(term.exit_code(), 3)
    contains(term.rest(), "global-idle")
    term.close()


@case
def configuration_is_2():
    sys161(HEARTH, conf="31 mainboard\n").expect(2, "sys161.conf:1")
    sys161(HEARTH, conf="0 serial\n").expect(2, "mainboard")
    sys161("no-such-kernel").expect(2, "no-such-kernel")
    sys161("-c", "other.conf", HEARTH).expect(2, "other.conf")


@case
def a_machine_stuck_is_1():
    sys161("-X", HEARTH, "echo a").expect(1, "no more input")


@slow_case
def the_watchdog_warns_and_then_ends_it():
    sys161("-X", "-Z", "2", HEARTH, "sleep 2500; halt").expect(0, "no user program has run")
    sys161("-X", "-Z", "2", HEARTH, "sleep 4500; halt").expect(1, "no user program ran")


@case
def overrides_count():
    run = sys161("-C", "31:cpus=4", "-C", "31:ramsize=2M", HEARTH, "halt").expect(0)
    contains(run.out, "2048 KB of memory, 4 CPUs")
    contains(run.err, "sys161:   cpu3: ")


@case
def trace161_traces_to_a_file():
    sys161(HEARTH, "halt").expect(0)
    os.symlink(KUSEG, "trace161")
    command("./trace161", "-tx", "-f", "trace.out", HEARTH, "halt").expect(0)
    with open("trace.out", encoding="ascii") as f:
        contains(f.read(), "system call")


main()
