#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Profiles: what they say, that gprof takes them, and that the guest does not notice them."""
import json
import os
import re
import shutil

from boot import HEARTH, KUSEG, case, command, contains, equal, guest, kuseg, main, write
from crash import CRASH, FAULTY, crash

PROGRAMS = HEARTH + ".parts"


def folded(path):
    """{stack: count}; the format's every line."""
    found = {}
    with open(path, encoding="ascii") as f:
        for line in f:
            stack, count = re.fullmatch(r"([^ ]+) (\d+)\n", line).groups()
            assert stack not in found, stack
            found[stack] = int(count)
    return found


def state(words, *options):
    guest(words, "--epoch", "1700000000", "--stats", "stats.json", *options).expect(0)
    with open("stats.json", encoding="ascii") as f:
        s = json.load(f)
    return s["cycles"], s["retired"], s["state_hash"]


@case
def the_guest_does_not_notice():
    for n in ("1", "4"):
        words = "bench fork 3; stress 2 1; sleep 20; halt"
        plain = state(words, "-n", n)
        equal(state(words, "-n", n, "--profile", "a", "--profile-rate", "20000"), plain)
        equal(state(words, "-n", n, "--profile", "b", "--symbols", PROGRAMS), plain)
        equal(state(words, "-n", n, "--gmon", "c"), plain)
        assert sum(folded("b").values()) > 100


@case
def equal_runs_have_equal_profiles():
    for path in ("a", "b"):
        state("stress 2 1; halt", "-n", "2", "--profile", path, "--gmon", path + ".gmon")
    equal(folded("a"), folded("b"))
    with open("a.gmon", "rb") as a, open("b.gmon", "rb") as b:
        equal(a.read(), b.read())


@case
def every_engine_has_the_same_profile():
    found = []
    for engine in ("interp", "jit"):
        words = "kbench sort 5; stress 2 1; halt"
        state(words, "--engine", engine, "--profile", "p", "--gmon", "g")
        with open("g", "rb") as f:
            found.append((folded("p"), f.read()))
        state(words, "--engine", engine, "--profile", "p")
        equal(folded("p"), found[-1][0])
    equal(found[0], found[1])


@case
def samples_are_of_virtual_time():
    guest("sleep 2000; halt", "-n", "2", "--profile", "p", "--profile-rate", "500").expect(0)
    found = folded("p")
    total = sum(found.values())
    assert 1900 < total < 2400, total
    assert found["(idle)"] > 0.8 * total, found


@case
def kernel_and_programs_have_names():
    guest("kbench sort 5; bench sort 5; halt", "--profile", "p", "--symbols", PROGRAMS).expect(0)
    found = folded("p")
    assert any(re.match(r"kernel;.*bench_sort", s) for s in found), found
    assert any(re.match(r"bench;bench:", s) for s in found), found
    guest("bench sort 5; halt", "--profile", "p").expect(0)
    assert any(s.startswith("user;0x004") for s in folded("p"))


@case
def a_program_goes_on_into_the_kernel():
    crash("c", "--profile", "p", "--profile-rate", "1000000").expect(0)
    stacks = "\n".join(folded("p"))
    contains(stacks, "faulty;faulty:__start;faulty:main;(exception);handler;on_exception")
    contains(stacks, "kernel;_start;main")


@case
def the_report_adds_up():
    guest("kbench sort 5; halt", "--profile", "p").expect(0)
    run = command(KUSEG, "profile", "p").expect(0, "samples", "bench_sort")
    rows = re.findall(r"^ *([\d.]+) +([\d.]+) +(\d+) +(\d+)  (\S+)$", run.out, re.M)
    samples, idle = re.search(r"(\d+) samples, (\d+) of them idle", run.out).groups()
    equal(sum(folded("p").values()), int(samples))
    assert sum(int(row[2]) for row in rows) <= int(samples) - int(idle)
    assert all(int(row[2]) <= int(row[3]) for row in rows)
    equal([int(row[2]) for row in rows], sorted((int(row[2]) for row in rows), reverse=True))
    short = command(KUSEG, "profile", "--top", "1", "p").expect(0)
    equal(short.out.splitlines()[-1].split()[-1], rows[0][4])


@case
def bad_profiles_are_named():
    write("p", "kernel;main 3\nnonsense\n")
    command(KUSEG, "profile", "p").expect(2, "p: line 2")
    command(KUSEG, "profile", "nowhere").expect(2, "nowhere")
    command(KUSEG, "profile").expect(2, "one file")
    command(KUSEG, "profile", "--help").expect(0, "usage: kuseg profile")


@case
def what_was_there_stays_if_nothing_ran():
    write("p", "old")
    kuseg("--profile", "p", "no-such-kernel").expect(2)
    with open("p", encoding="ascii") as f:
        equal(f.read(), "old")
    shutil.copy(HEARTH, "kernel")
    kuseg("--profile", "kernel", "kernel").expect(2, "would overwrite the kernel")


def trace161(*args, **more):
    if not os.path.exists("trace161"):
        os.symlink(KUSEG, "trace161")
    write("sys161.conf", "0 serial\n28 random seed=1\n29 timer\n30 trace\n31 mainboard ramsize=1M\n")
    return command("./trace161", *args, **more)


def gprof():
    name = shutil.which("mips-linux-gnu-gprof")
    assert name, "binutils-mips-linux-gnu has it"
    return name


@case
def gprof_reads_what_trace161_writes():
    trace161("-P", HEARTH, "kbench sort 5; halt").expect(0, "bytes written to gmon.out")
    flat = command(gprof(), "-b", "-p", HEARTH, "gmon.out").expect(0, "Each sample counts as 0.001")
    contains(flat.out, "bench_sort")
    calls = command(gprof(), "-b", "-q", HEARTH, "gmon.out").expect(0)
    contains(calls.out, "kbench_run")


@case
def calls_are_counted_exactly():
    trace161("-X", "-P", CRASH, "s").expect(1)
    calls = command(gprof(), "-b", "-q", CRASH, "gmon.out").expect(0)
    # inner calls itself three times, and main calls it once
    assert re.search(r"\] .* 1\+3 +inner \[", calls.out), calls.out
    assert re.search(r" 1/1 +stop \[", calls.out), calls.out


@case
def sys161_ignores_it():
    trace161("-P", HEARTH, "halt").expect(0)
    os.remove("gmon.out")
    os.symlink(KUSEG, "sys161")
    command("./sys161", "-P", HEARTH, "halt").expect(0)
    assert not os.path.exists("gmon.out")


@case
def the_guest_switches_it():
    crash("p", "--profile", "p", "--profile-rate", "100000", "--gmon", "g").expect(0)
    stacks = "\n".join(folded("p"))
    contains(stacks, ";measured")
    assert "cleared" not in stacks and "hidden" not in stacks, stacks
    calls = command(gprof(), "-b", "-q", CRASH, "g").expect(0)
    contains(calls.out, "measured")
    assert "hidden" not in calls.out, calls.out


main()
