#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The memory of the DECstation's clock from run to run: --nvram, with kernels of a few words."""
import os
import signal
import struct
import subprocess
import time

from boot import KUSEG, case, equal, kuseg, main, write

CODE = 0x80040000
T0, T1, RTC, GATE = 8, 9, 16, 17
SET_UP = [0x3C10BFE8, 0x3C11BFC8]  # lui: the clock in s0, the PROM's gate in s1
LOOP = [0x1000FFFF, 0]
POWER = 0x20
YEARS = 63
DAY = 1709210096  # in 2024: 2000 + 24, and the year register is 72


def put(register, value):
    return [0x34000000 | T0 << 16 | value, 0xA0000000 | RTC << 21 | T0 << 16 | 4 * register]


def end_with(register):
    """Off, with what is there as the exit status."""
    return [0x90000000 | RTC << 21 | T1 << 16 | 4 * register, 0xAC000000 | GATE << 21 | T1 << 16 | POWER]


def kernel(path, *parts):
    code = b"".join(struct.pack("<I", word) for word in SET_UP + sum(parts, []))
    ident = b"\x7fELF\1\1\1" + bytes(9)
    head = struct.pack("<HHIIIIIHHHHHH", 2, 8, 1, CODE, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    segment = struct.pack("<8I", 1, 84, CODE, CODE, len(code), len(code), 7, 4)
    with open(path, "wb") as f:
        f.write(ident + head + segment + code)


def run(*options):
    return kuseg("--warp", "--epoch", str(DAY), *options, "kernel")


def content(path="nvram"):
    with open(path, "rb") as f:
        return f.read()


@case
def memory_lasts():
    kernel("kernel", put(14, 0x11), put(20, 0x5A), end_with(20))
    run("--nvram", "nvram").expect(0x5A)
    equal(len(content()), 50)
    equal((content()[0], content()[6]), (0x11, 0x5A))
    kernel("kernel", end_with(20))
    run("--nvram", "nvram").expect(0x5A)
    run().expect(0)
    equal(os.listdir(".").count("nvram.new"), 0)


@case
def the_years_go_with_the_clock():
    with open("nvram", "wb") as f:
        f.write(bytes([0xEE] * 50))
    kernel("kernel", end_with(YEARS))
    run("--nvram", "nvram").expect(24)
    equal(content(), bytes([0xEE] * 49 + [24]))


@case
def what_was_left_half_done_is_no_matter():
    write("nvram.new", "half")
    kernel("kernel", put(20, 7), end_with(20))
    run("--nvram", "nvram").expect(7)
    equal(content()[6], 7)


@case
def a_kill_loses_little():
    """It is written while the machine runs."""
    kernel("kernel", put(20, 0x77), LOOP)
    with subprocess.Popen([KUSEG, "run", "--nvram", "nvram", "kernel"], stdin=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as machine:
        until = time.monotonic() + 60
        while time.monotonic() < until and not (os.path.exists("nvram") and content()[6] == 0x77):
            time.sleep(0.05)
        machine.send_signal(signal.SIGKILL)
    equal(content()[6], 0x77)


@case
def other_files_are_refused():
    kernel("kernel", end_with(20))
    write("short", "x" * 49)
    write("long", "x" * 51)
    os.mkdir("folder")
    run("--nvram", "short").expect(2, "short does not have the 50 bytes of a clock's memory")
    run("--nvram", "long").expect(2, "long does not have the 50 bytes")
    run("--nvram", "kernel").expect(2, "kernel does not have the 50 bytes")
    run("--nvram", "folder").expect(2, "cannot read folder")
    kuseg("--nvram", "x", "--builtin").expect(2, "--nvram is for the board dec5000; this is s161")
    equal((len(content("short")), len(content("long"))), (49, 51))


@case
def a_file_that_cannot_be_written_is_told():
    kernel("kernel", put(20, 1), end_with(20))
    run("--nvram", "nowhere/nvram").expect(2, "--nvram: cannot write nowhere/nvram")


main()
