#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The memory of the DECstation's clock from run to run: --nvram, with kernels of a few words."""
import os
import signal
import subprocess
import time

from boot import KUSEG, case, command, equal, kuseg, main, write
from words import GATE, LOOP, POWER, RTC, S0, S1, T0, T1, kernel, lbu, li, sb, sw

YEARS = 63
DAY = 1709210096  # in 2024: 2000 + 24, and the year register is 72


def put(register, value):
    return li(S0, RTC) + li(T0, value) + sb(T0, 4 * register, S0)


def end_with(register):
    """Off, with what is there as the exit status."""
    return li(S0, RTC) + li(S1, GATE) + lbu(T1, 4 * register, S0) + sw(T1, POWER, S1)


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
    equal([name for name in os.listdir(".") if name.endswith(".new")], [])


@case
def the_years_go_with_the_clock():
    with open("nvram", "wb") as f:
        f.write(bytes([0xEE] * 50))
    kernel("kernel", end_with(YEARS))
    run("--nvram", "nvram").expect(24)
    equal(content(), bytes([0xEE] * 49 + [24]))


@case
def files_beside_it_are_left_alone():
    for name in ("nvram.new", "nvram.tmp", "nvram~"):
        write(name, "somebody's")
    kernel("kernel", put(20, 7), end_with(20))
    before = set(os.listdir("."))
    run("--nvram", "nvram").expect(7)
    equal(content()[6], 7)
    equal(set(os.listdir(".")) - before, {"nvram"})
    equal(content("nvram.new"), b"somebody's")


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
def a_missing_directory_is_told_at_the_start():
    kernel("kernel", LOOP)
    run("--nvram", "nowhere/nvram").expect(2, "--nvram: cannot write nowhere/nvram", "No such file")


@case
def a_file_that_cannot_be_written_is_told():
    os.mkdir("d")
    kernel("kernel", put(20, 1), end_with(20))
    script = f"ulimit -f 0; exec {KUSEG} run --warp --nvram d/nvram kernel"
    command("/bin/sh", "-c", script).expect(2, "--nvram: cannot write d/nvram")
    equal(os.listdir("d"), [])


main()
