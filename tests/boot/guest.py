#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The built-in guest on all sorts of machines: its own tests, its benchmarks, the counters."""
import json
import re

from boot import (
    HEARTH,
    NATIVE,
    case,
    command,
    contains,
    equal,
    guest,
    kuseg,
    main,
    make_disk,
    slow_case,
)

CPUS = ("1", "2", "8")
MEMORY = ("512K", "4M", "508M")


def checksums(text, by="bench"):
    return dict(re.findall(rf"^{by} (\w+) iterations \d+ checksum (0x\w+)", text, re.M))


def stress_sum(words, *options):
    found = re.search(r"checksum (0x\w+)", guest(words, *options).expect(0).out)
    return found.group(1)


@case
def boots_to_its_prompt():
    for n in CPUS:
        for size in MEMORY:
            run = kuseg("--warp", "-n", n, "-m", size, HEARTH, typed="echo it is $me\nhalt 3\n")
            run.expect(3, "hearth> ", "it is $me", "halted with code 3")


@case
def the_built_in_one_is_the_same():
    kuseg("--warp", typed="halt 4\n").expect(4, "hearth> ")
    kuseg("--warp", "--builtin", "echo a; halt 5").expect(5, "a\n")


@case
def nothing_typed_ahead_is_lost():
    # Far more than the guest's own buffer holds. Were a character lost, so would be a line's end,
    # or the number; what is shown is no witness, because the echo runs into it.
    typed = "".join(f"bench crc32 1\necho line {i} of many\n" for i in range(60)) + "halt 5\n"
    kuseg("--warp", HEARTH, typed=typed).expect(5)


@case
def codes_become_exit_statuses():
    for code, status in ((0, 0), (1, 1), (200, 200), (255, 255), (256, 1), (259, 3)):
        guest(f"halt {code}").expect(status)


@case
def a_panic_is_status_1():
    guest("panic").expect(1, "panic on CPU 0")


@case
def it_passes_its_own_tests():
    for n in CPUS:
        for size in MEMORY:
            run = guest("selftest; halt", "-n", n, "-m", size).expect(0)
            passed, failed = re.search(r"selftest: (\d+) passed, (\d+) failed", run.out).groups()
            equal(failed, "0")
            assert int(passed) > 80, passed


@case
def stress_sums_are_the_same_everywhere():
    small = {stress_sum("stress 2 1; halt", "-n", n, "-m", m) for n in CPUS for m in MEMORY}
    equal(len(small), 1, small)
    large = {stress_sum("stress 8 1; halt", "-n", n, "-m", m) for n in CPUS for m in MEMORY[1:]}
    equal(len(large), 1, large)


@slow_case
def stress_for_longer():
    sums = {stress_sum("stress 24 8; halt", "-n", n, "-m", "8M") for n in ("1", "3", "8", "32")}
    equal(len(sums), 1, sums)


def same_as_native(iterations, *options):
    words = f"all {iterations}".split()
    native = checksums(command(NATIVE, *words).expect(0).out)
    run = guest(f"bench {' '.join(words)}; kbench {' '.join(words)}; halt", *options).expect(0)
    user, kernel = checksums(run.out), checksums(run.out, "kbench")
    assert len(native) >= 15, native
    equal({name: user.get(name) for name in native}, native, "in user mode")
    equal({name: kernel.get(name) for name in native}, native, "in kernel mode")


@case
def benchmarks_compute_what_the_host_does():
    same_as_native("2")
    same_as_native("1", "-n", "2")


@slow_case
def benchmarks_at_full_length():
    same_as_native("")
    same_as_native("", "-n", "8", "-m", "64M")


# ---- counters ----


def stats(words, *options):
    run = guest(words, "--stats", "stats.json", *options)
    with open("stats.json", encoding="ascii") as f:
        return run, json.load(f)


@case
def counters_add_up():
    for n in CPUS:
        run, s = stats("bench fork 3; sleep 3; bench pipe 9; halt 7", "-n", n, "-m", "4M")
        run.expect(7)
        equal((s["end"], s["exit_code"]), ("power-off", 7))
        assert s["engine"] in ("interp", "jit"), s
        equal([cpu["cpu"] for cpu in s["cpus"]], list(range(int(n))))
        equal(sum(cpu["retired"] for cpu in s["cpus"]), s["retired"], "retired")
        for cpu in s["cpus"]:
            equal(cpu["user"] + cpu["kernel"], cpu["retired"], "user and kernel")
            equal((cpu["cycles"], cpu["retired"] + cpu["idle"]), (s["cycles"], s["cycles"]), "time")
            assert cpu["idle"] >= s["idle_cycles"], cpu
            assert cpu["user_exceptions"] <= cpu["exceptions"], cpu
            faults = sum(count for kind, count in cpu["tlb"].items() if kind != "writes")
            assert faults <= cpu["exceptions"], cpu
            assert cpu["sc_ok"] + cpu["sc_failed"] <= cpu["ll"] + 1, cpu
            assert cpu["exits"]["idle"] > 0 and cpu["exits"]["stopped"] == 0, cpu
        if n == "1":
            equal(s["retired"] + s["idle_cycles"], s["cycles"], "time")
        assert sum(cpu["tlb"]["load_misses"] for cpu in s["cpus"]) > 10, s
        assert s["cpus"][0]["tlb"]["writes"] >= s["cpus"][0]["tlb"]["load_misses"], s
        assert s["cpus"][0]["user"] > 1000 and s["idle_cycles"] > 50000, s
        seconds = sum(cpu["host_seconds"] for cpu in s["cpus"])
        assert abs(seconds - s["cpu_seconds"]) < 1e-3 + s["cpu_seconds"] / 10, s
        equal(s["devices"]["console_characters_written"], len(run.out), "console")
        equal(s["devices"]["disk_sectors_read"], 0)
        equal(len(s["state_hash"]), 16)


@case
def progress_is_told():
    run = guest("stress 8 1; halt", "--progress", "1ms").expect(0)
    form = (
        r"kuseg: after [\d.]+ s: virtual time ([\d.]+) s, (\d+) instructions, now [\d.]+ million a "
        r"second, [\d.]+ times real time"
    )
    told = [re.fullmatch(form, line).groups() for line in run.err.splitlines()]
    assert told, run.err
    for part in (0, 1):
        values = [float(groups[part]) for groups in told]
        equal(values, sorted(values))
        assert values[0] > 0, values
    equal(guest("stress 8 1; halt").expect(0).out, run.out)
    equal(guest("halt").expect(0).err, "")


@case
def counters_go_to_standard_output():
    run = guest("halt 0", "--stats", "-").expect(0)
    before, _, after = run.out.partition("{")
    contains(before, "halted")
    equal(json.loads("{" + after)["end"], "power-off")


@case
def equal_runs_count_the_same():
    for n in CPUS:
        runs = []
        for _ in range(2):
            run, s = stats("stress 3 1; halt", "-n", n, "-m", "2M", "--epoch", "1700000000")
            for cpu in s["cpus"]:
                del cpu["host_seconds"]
            runs.append((run.out, s["cycles"], s["state_hash"], s["cpus"]))
        equal(runs[0], runs[1])


@case
def unwritable_counters_are_an_error():
    guest("halt 0", "--stats", "/nowhere/stats.json").expect(2, "/nowhere/stats.json")


@case
def what_is_no_disk_is_not_formatted():
    make_disk()
    guest("write a kept; format x; cat a; halt", "--disk", "disk.img").expect(
        0, "format: invalid argument", "\nkept\n"
    )


@case
def stress_fits_into_any_memory():
    """By default it starts no more processes than there is room for."""
    for cpus, memory in ((1, "512K"), (8, "512K"), (32, "512K"), (8, "1M")):
        run = guest("stress; halt", "-n", str(cpus), "-m", memory).expect(0)
        contains(run.out, "4 rounds, checksum")
    contains(guest("stress; halt").out, "stress: 12 processes, 4 rounds, checksum 0xa6336eff")


main()
