#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What each of trace161's flags shows."""
import os
import re

from boot import HEARTH, KUSEG, case, command, contains, equal, main, make_disk, write
from crash import CRASH, FAULTY

CONF = """\
0 serial
2 disk file=disk.img
3 emufs dir=.
28 random seed=1
29 timer
30 trace
31 mainboard ramsize=1M cpus={}
"""


def trace161(flags, kernel, words, status=0, cpus=1):
    """The trace's lines."""
    if not os.path.exists("trace161"):
        os.symlink(KUSEG, "trace161")
        make_disk()
    write("sys161.conf", CONF.format(cpus))
    run = command(
        "./trace161", flags, "-f", "out", "--warp", "--symbols", FAULTY, "-X", kernel, words
    )
    run.expect(status)
    with open("out", encoding="ascii") as f:
        text = f.read()
    assert text.endswith("\n"), text[-200:]
    return text.splitlines()


def ordered(lines, *patterns):
    """Each pattern fits a line, later than the one before."""
    rest = iter(lines)
    for pattern in patterns:
        if not any(re.search(pattern, line) for line in rest):
            raise AssertionError(f"no line fits {pattern!r} in its order:\n" + "\n".join(lines))


@case
def k_shows_kernel_instructions_and_what_they_did():
    lines = trace161("-tk", CRASH, "f", 1)
    equal(lines[0], "cpu0 0 80000200 _start: lui sp, 0x8002 -> sp 80020000")
    ordered(
        lines,
        r"_start\+0x8: jal 0x8\w+ -> ra 80000210$",
        r" main\+0x\w+: sw ra, \d+\(sp\) \[8001\w{4}\] = 80000210$",
        r" main\+0x\w+: lb \w\w, 0\(a0\) \[8\w+\] -> \w\w 00000066$",
        r" set_tlb\+0x4: mtc0 a0, \$0 = 00000000$",
        r" set_tlb\+0x\w+: jr ra \(8\w+\)$",
        r" enter_user\+0x\w+: rfe$",
        r" vector|80000080",
        r" handler: addu k1, sp, zero -> k1 7fff\w{4}| handler: or k1, sp, zero -> k1 7fff\w{4}",
        r" handler\+0x\w+: mfc0 k0, \$14 -> k0 00400010$",
    )
    assert not any("faulty" in line for line in lines)
    counts = [int(re.match(r"cpu0 (\d+) ", line).group(1)) for line in lines if "cpu0 " in line]
    equal(counts, sorted(counts))


@case
def u_shows_user_instructions():
    lines = trace161("-tu", CRASH, "f", 1)
    ordered(
        lines,
        r"^cpu0 \d+ 00400000 faulty:__start: jal 0x0040\w+ -> ra 00400008$",
        r" faulty:main\+0x\w+: lw \w\w, \d+\(\w\w\) \[7ffffff0\] -> \w\w 00000066$",
        r" faulty:touch: lw v0, 0\(a0\) \[00400003\]$",
    )
    assert all("faulty:" in line for line in lines), lines
    assert lines[-1].endswith("[00400003]"), lines[-1]  # it never completed


@case
def j_shows_jumps_with_names():
    lines = trace161("-tj", CRASH, "s", 1)
    ordered(
        lines,
        r"^cpu0 jump from 80000208 _start\+0x8 to 8\w+ main$",
        r"^cpu0 jump from 8\w+ main\+0x\w+ to 8\w+ inner$",
        r"^cpu0 jump from 8\w+ inner\+0x\w+ to 8\w+ inner$",
        r"^cpu0 jump from 8\w+ inner\+0x\w+ to 8\w+ stop$",
    )
    for line in lines:
        from_, to = re.findall(r"(?:from|to) (\w{8})", line)
        assert int(to, 16) != int(from_, 16) + 8, line  # branches that are not taken are no jumps


@case
def t_shows_tlb_entries():
    ordered(
        trace161("-tt", CRASH, "n", 1),
        r"^cpu0 TLB\[0\] = 00400000 asid 5 -> 0000\w000 valid writable, was 81000000 ",
        r"^cpu0 TLB\[1\] = 00401000 asid 5 -> ",
        r"^cpu0 TLB\[2\] = 7ffff000 asid 5 -> 00030000 ",
        r"^cpu0 TLB fault for 00000000 at 00400010 faulty:touch: no TLB entry for asid 5$",
    )
    lines = trace161("-tt", HEARTH, "stress 1 1; halt")
    ordered(lines, r"^cpu0 TLB probe \w{8} asid \d+: \[-1\] no entry$")
    ordered(lines, r"^cpu0 TLB probe \w{8} asid \d+: \[\d+\] \w{8} asid \d+ -> \w{8} ")


@case
def x_shows_exceptions_and_returns():
    lines = trace161("-tx", CRASH, "c")
    call = r"^cpu0 exception: system call at 0040\w+ faulty:main\+0x\w+, user mode, interrupts off"
    back = r"^cpu0 return from exception: user mode, interrupts off, sp 7fff\w{4}$"
    ordered(lines, back, call, back, call, back, call)
    ordered(
        trace161("-tx", CRASH, "f", 1),
        r"^cpu0 exception: address error \(load\), address 00400003 at 00400010 faulty:touch, user",
    )


@case
def i_shows_interrupts_by_their_lines():
    lines = trace161("-ti", HEARTH, "sleep 20; halt", cpus=2)
    ordered(
        lines,
        r"^slots with interrupts: 29$",
        r"^cpu\d interrupt lines: LAMEbus$",
        r"^cpu\d takes an interrupt: LAMEbus$",
        r"^slots with interrupts: none$",
        r"^cpu\d interrupt lines: none$",
    )
    ordered(lines, r"^cpu1 interrupt lines: IPI$", r"^cpu1 takes an interrupt: IPI$")


@case
def d_shows_the_disk():
    ordered(
        trace161("-td", HEARTH, "write a hello; cat a; halt"),
        r"^disk: slot 2: seek to track \d+, \d+ ns$",
        r"^disk: slot 2: wait for sector \d+, \d+ ns$",
        r"^disk: slot 2: write sector \d+$",
    )
    ordered(trace161("-td", HEARTH, "cat a; halt"), r"^disk: slot 2: read sector \d+$")


@case
def e_shows_host_files():
    write("hello", "some text")
    lines = trace161("-te", HEARTH, "cat /host/hello; cat /host/nothing; halt")
    ordered(
        lines,
        r"^emufs: slot 3: name hello$",
        r"^emufs: slot 3: open in handle 0: done, handle (\d+)$",
        r"^emufs: slot 3: complete$",
        r"^emufs: slot 3: read, handle \d+, 9 bytes at \d+: done$",
        r"^emufs: slot 3: close, handle \d+",
        r"^emufs: slot 3: name nothing$",
        r"^emufs: slot 3: open in handle 0: no such file",
    )


@case
def letters_go_together():
    lines = trace161("-tkux", CRASH, "f", 1)
    ordered(
        lines,
        r" faulty:touch: lw v0, 0\(a0\) \[00400003\]$",
        r"^cpu0 exception: address error \(load\)",
        r"^cpu0 \d+ 80000080",
    )
    command("./trace161", "-tkq", CRASH, "s").expect(2, "'q'")


@case
def the_file_has_the_console_between_the_lines():
    ordered(
        trace161("-te", HEARTH, "cat /host/none; halt"),
        r"^emufs: slot 3: name none$",
        r"^console: sh: /host/none: no such file",
        r"^console: hearth: halted",
    )


@case
def the_run_is_the_same():
    outs = []
    for flags in ("-tn", "-tkujtxidne"):
        trace161(flags, HEARTH, "stress 1 1; halt", cpus=2)
        run = command("./trace161", flags, "-f", "out", "--warp", HEARTH, "stress 1 1; halt")
        outs.append((run.out, run.err.split("Elapsed")[0]))
    equal(outs[0], outs[1])


@case
def the_guest_switches_flags():
    lines = trace161("-tn", CRASH, "x")
    contains("\n".join(lines), " traced+0x", " -> v1 ")
    assert not any("hidden" in line for line in lines), lines
    os.symlink(KUSEG, "sys161")
    equal("traced" in command("./sys161", CRASH, "x").expect(0).err, False)


main()
