#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The translator's options: what they show, and that the guest does not notice."""
import json
import os
import re
import subprocess

from boot import HEARTH, KUSEG, case, contains, equal, guest, kuseg, main

PROGRAMS = HEARTH + ".parts"

WORK = "bench sort 5; bench interp 1; bench fork 2; selftest; stress 3 1; halt"
# In the chaos build the other has a dump of gigabytes.
LITTLE_WORK = "bench sort 5; bench interp 1; bench fork 2; halt"


def stats(words, *options):
    guest(words, "--epoch", "1700000000", "--stats", "stats.json", *options).expect(0)
    with open("stats.json", encoding="ascii") as f:
        return json.load(f)


def state(s):
    return s["cycles"], s["retired"], s["state_hash"]


@case
def the_smallest_cache_changes_nothing():
    for n in ("1", "3"):
        plain = stats(WORK, "-n", n)
        small = stats(WORK, "-n", n, "--code-cache", "64K")
        equal(state(small), state(plain))
        equal(state(small), state(stats(WORK, "-n", n, "--engine", "interp")))
        t = small["translator"]
        assert t["flushes"] > 5 and t["evicted"] > 5, t
        assert t["code_bytes"] <= t["code_limit"] == 65536, t
        assert t["table_bytes"] < 2 * 65536, t
        assert plain["translator"]["code_limit"] >= plain["translator"]["code_bytes"]


@case
def a_cache_has_bounds():
    for size in ("63K", "1025M", "0"):
        kuseg("--code-cache", size).expect(2, "--code-cache", "out of range (64 KB to 1 GB)")
    kuseg("--code-cache", "much").expect(2, "--code-cache")
    kuseg("--code-cache", "1M", "--engine", "interp").expect(2, "'interp' has none")
    guest("halt", "--code-cache", "1G").expect(0)


@case
def statistics_say_where_the_time_went():
    s = stats(WORK)
    t = s["translator"]
    seconds = t["seconds"]
    equal(sorted(seconds), ["interpreter", "translated", "translating"])
    assert all(v >= 0 for v in seconds.values()), seconds
    assert abs(sum(seconds.values()) - s["cpu_seconds"]) < 1e-5, (seconds, s["cpu_seconds"])
    assert 0 < t["start_ns"] and 0 < t["translate_ns"], t
    left = sum(v for k, v in t.items() if k.startswith("left_"))
    equal(left, t["runs"], "every way back to C has its reason")
    assert 0 < t["interpreted"] < s["retired"], t
    assert "translator" not in stats("halt", "--engine", "interp")


GUEST = re.compile(r"  [0-9a-f]{8}  [0-9a-f]{8}  \S")
BLOCK = re.compile(r"block \d+: ([0-9a-f]{8}).*, (\d+) instructions")
HOST = re.compile(r" +([0-9a-f]+)  ((?:[0-9a-f]{2} )*[0-9a-f]{2})(?:  .*| )?")


def regions(path):
    """[(header, lines)] of a dump."""
    with open(path, encoding="ascii") as f:
        parts = f.read().split("\n==== ")
    return [(p.split("\n")[0], p.split("\n")[1:]) for p in parts[1:] if p.startswith("region")
            and "made on" in p]


def shows_all_its_code(header, lines):
    """Each byte of the host's code once, each guest instruction, and IR."""
    size = int(re.search(r"host: (\d+) bytes", lines[0]).group(1))
    host = [HOST.fullmatch(line) for line in lines]
    spans = sorted((int(m[1], 16), len(m[2].split())) for m in host if m)
    equal(spans[0][0], 0, header)
    for (at, n), (after, _) in zip(spans, spans[1:] + [(size, 0)]):
        equal(at + n, after, header)
    shown = {int(line[2:10], 16) for line in lines if GUEST.match(line)}
    blocks = [m for m in map(BLOCK.match, lines) if m]
    assert blocks, header
    for m in blocks:
        for at in range(int(m[1], 16), int(m[1], 16) + 4 * int(m[2]), 4):
            assert at in shown, f"{header}: {at:x}"
    contains("\n".join(lines), "the entry", "block 0:", "registers:", "thunk: load by C")


@case
def a_dump_shows_guest_ir_and_host_code():
    for n in ("1", "4"):
        plain = stats(LITTLE_WORK, "-n", n)
        s = stats(LITTLE_WORK, "-n", n, "--jit-dump", "dump", "--symbols", PROGRAMS)
        equal(state(s), state(plain))
        found = regions("dump")
        equal(len(found), s["translator"]["regions"])
        for header, lines in found:
            shows_all_its_code(header, lines)
        headers = "\n".join(h for h, _ in found)
        contains(headers, "<memcpy", "made on CPU 0")
        contains(headers, "<bench")
        assert n == "1" or re.search("made on CPU [123]", headers)
        with open("dump", encoding="ascii") as f:
            text = f.read()
        equal(len(re.findall("^==== region [0-9]+ is dropped", text, re.M)),
              s["translator"]["dropped"])
        contains(text, " lw ", "load.w32", "stub of v", "spent, block", "# to leave: pc = 0x")


@case
def a_dump_tells_when_all_goes():
    s = stats(LITTLE_WORK, "--jit-dump", "dump", "--code-cache", "64K")
    with open("dump", encoding="ascii") as f:
        text = f.read()
    assert text.count("==== all regions go:") >= s["translator"]["flushes"] > 0
    kuseg("--jit-dump", "no/such").expect(2, "cannot write the dump", "no/such")
    kuseg("--jit-dump", "dump", "--engine", "interp").expect(2, "--jit-dump", "'interp' has none")
    kuseg("--jit-dump", HEARTH, HEARTH).expect(2, "would overwrite the kernel")


def perf_map(*options):
    """[(address, size, name)] of a run, and its statistics."""
    words = [KUSEG, "run", "--warp", "--perf", "--stats", "stats.json", *options, HEARTH, WORK]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as run:
        equal(run.wait(60), 0)
    path = f"/tmp/perf-{run.pid}.map"
    try:
        with open(path, encoding="ascii") as f:
            lines = [re.fullmatch(r"([0-9a-f]+) ([0-9a-f]+) (\S.*)\n", line) for line in f]
    finally:
        os.unlink(path)
    with open("stats.json", encoding="ascii") as f:
        return [(int(m[1], 16), int(m[2], 16), m[3]) for m in lines], json.load(f)["translator"]


@case
def perf_gets_names():
    names, t = perf_map("--symbols", PROGRAMS)
    if not t["flushes"]:
        for (at, size, _), (after, _, _) in zip(names, names[1:]):
            assert at + size <= after < at + size + 4096, hex(at)
    equal(len(names), t["regions"] + 1)
    contains(names[0][2], "kuseg: ")
    text = "\n".join(name for _, _, name in names)
    assert re.search(r"^memcpy(\+0x[0-9a-f]+)?$", text, re.M), text
    assert re.search("^bench", text, re.M), text
    names, t = perf_map("--code-cache", "64K")
    equal(len(names), t["regions"] + 1)
    assert max(at for at, _, _ in names) - min(at for at, _, _ in names) < 65536
    kuseg("--perf", "--engine", "interp").expect(2, "--perf", "'interp' has none")


if __name__ == "__main__":
    main()
