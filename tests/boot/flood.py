#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""DECstation kernels that do one thing without end: who asks the monitor to end is heard, and it
takes no more memory."""
import json
import re
import select
import signal
import subprocess
import time

from boot import KUSEG, case, equal, main
from words import CARD, DZ, GATE, LOOP, PORTS, S0, S1, T0, T1, addiu, for_ever, kernel, li, sh, sw

TEXT = 0x80040000  # of its own code: anything is a text
PUTS = 0x2C


def memory_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmHWM:\s*(\d+)", f.read()).group(1))


def bears(*options, read=True):
    """Whether or not somebody reads what it prints."""
    with subprocess.Popen([KUSEG, "run", "--warp", *options, "kernel"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as machine:
        seen, printed, until = [], 0, time.monotonic() + 3
        while time.monotonic() < until:
            if read and select.select([machine.stdout], [], [], 0.05)[0]:
                printed += len(machine.stdout.read1(1 << 20))
            elif not read:
                time.sleep(0.05)
            seen.append(memory_kb(machine.pid))
        machine.send_signal(signal.SIGTERM)
        out, err = machine.communicate(timeout=60)
        equal(machine.returncode, 3, err)
        grown = seen[-1] - seen[len(seen) // 3]
        if grown > 2000:
            raise AssertionError(f"grew by {grown} KB: {seen}")
        return printed + len(out)


def floods(printed):
    if printed < 100000:
        raise AssertionError(f"only {printed} characters were printed")


def line_of_characters():
    """Line 3 on; then a character whenever the code comes by, whether there is room or not."""
    return (li(T0, DZ) + li(T1, 0x20) + sh(T1, 0, T0) + li(T1, 8) + sh(T1, 16, T0)
            + for_ever(addiu(T1, 1), sh(T1, 24, T0)))


def texts():
    """A callback of the PROM's that prints up to 4096 characters, at once."""
    return li(T0, GATE) + li(T1, TEXT) + sw(T1, 0, T0) + li(T1, PUTS) + for_ever(sw(T1, 0x14, T0))


@case
def a_serial_line_that_is_read():
    kernel("kernel", line_of_characters())
    floods(bears())


@case
def a_serial_line_that_nobody_reads():
    kernel("kernel", line_of_characters())
    bears(read=False)


@case
def texts_of_the_prom():
    kernel("kernel", texts())
    floods(bears())


@case
def texts_of_the_prom_that_nobody_reads():
    kernel("kernel", texts())
    bears(read=False)


def lance():
    """The Ethernet card runs, with a ring of one descriptor at 0x80 and a buffer at 0x2000."""
    block = {2: 0x0008, 4: 0x012B, 6: 0x0302, 16: 0x40, 20: 0x80, 0x84: 0xFFC0}
    code = li(S0, CARD) + li(S1, PORTS)
    for at, value in block.items():
        code += li(T0, value) + sh(T0, at, S0)
    for i in range(6):  # to everybody
        code += li(T0, 0xFFFF) + sh(T0, 0x2000 + 2 * (i // 2), S0)
    for value in 4, 1, 0x102:
        code += li(T0, value) + sw(T0, 0, S1)
    return code


@case
def doorbells_of_the_ethernet_card():
    kernel("kernel", lance(), li(T0, 8), for_ever(sw(T0, 0, S1)))
    bears("--net", "user,card=lance")


@case
def frames_without_end():
    kernel("kernel", lance(), li(T0, 0x83002000), li(T1, 8), for_ever(sw(T0, 0x80, S0), sw(T1, 0, S1)))
    bears("--net", "user,card=lance", "--stats", "stats.json")
    with open("stats.json", encoding="ascii") as f:
        sent = json.load(f)["devices"]["net_frames_written"]
    if sent < 10000:
        raise AssertionError(f"only {sent} frames were sent")


@case
def nothing_at_all():
    kernel("kernel", LOOP)
    bears()


main()
