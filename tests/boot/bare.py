#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The benchmarks for other emulators compute what hearth's do; where those emulators are."""
import json
import os
import re
import shutil
import subprocess

from boot import HEARTH, KUSEG, Skip, case, command, equal, guest, main

BARE = os.path.join(os.path.dirname(os.path.dirname(HEARTH)), "bare")
SHORT = [("crc32", 3), ("sort", 1), ("recurse", 1), ("tree", 1), ("chasefar", 1)]


def found(name):
    path = shutil.which(name)
    if not path:
        raise Skip(f"no {name} on the path")
    return path


def output(*args):
    """Of a run with an input that neither comes nor ends."""
    reader, writer = os.pipe()
    try:
        return subprocess.run(args, stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=60, check=True, text=True).stdout
    finally:
        os.close(reader)
        os.close(writer)


def as_hearth(run):
    """`run` gives the output of its words, which must have hearth's line."""
    for name, count in SHORT:
        words = f"bench {name} {count}"
        line = re.search(r"^bench .* checksum \w+", guest(words + ";halt").out, re.M).group(0)
        equal(run(words).strip(), line, words)
    equal(run("halt").strip(), "", "halt")


DOUBLES = ["nbody", "whetstone", "matmuld"]


def as_native(run, names=(*DOUBLES, "matmuls")):
    """Floating point, of which the host says what it should be."""
    native = os.path.join(BARE, "float-native")
    for name in names:
        line = re.search(r"^bench .* checksum \w+", output(native, name, "3"), re.M).group(0)
        equal(run(f"bench {name} 3").strip(), line, name)


def on_malta(emulator, kernel, cpu):
    return lambda words: output(
        emulator, "-M", "malta", "-cpu", cpu, "-display", "none", "-monitor", "none", "-serial",
        "stdio", "-no-reboot", "-kernel", os.path.join(BARE, kernel), "-append", words)


def as_hearth_on_malta(emulator, kernel):
    as_hearth(on_malta(emulator, kernel, "24Kc"))


@case
def qemu_system_mips_computes_the_same():
    as_hearth_on_malta(found("qemu-system-mips"), "malta-be.elf")
    as_native(on_malta(found("qemu-system-mips"), "malta-float-be.elf", "24Kf"))


@case
def qemu_system_mipsel_computes_the_same():
    as_hearth_on_malta(found("qemu-system-mipsel"), "malta-le.elf")
    as_native(on_malta(found("qemu-system-mipsel"), "malta-float-le.elf", "24Kf"))


@case
def gxemul_computes_the_same():
    emulator, kernel = found("gxemul"), os.path.join(BARE, "decstation-le.elf")
    as_hearth(lambda words: output(emulator, "-q", "-e", "3max", "-o", words, kernel))
    kernel = os.path.join(BARE, "decstation-float-le.elf")
    as_native(lambda words: output(emulator, "-q", "-e", "3max", "-o", words, kernel), DOUBLES)


def as_native_here(engine):
    kernel = os.path.join(BARE, "decstation-float-le.elf")
    as_native(lambda words: output(KUSEG, "run", "--engine", engine, kernel, *words.split()))


@case
def floating_point_is_the_hosts_interpreted():
    as_native_here("interp")


@case
def floating_point_is_the_hosts_translated():
    as_native_here("jit")


@case
def qemu_mips_computes_the_same():
    emulator, program = found("qemu-mips"), os.path.join(BARE, "linux-be")
    as_hearth(lambda words: output(emulator, program, *words.split()))


@case
def qemu_mipsel_computes_the_same():
    emulator, program = found("qemu-mipsel"), os.path.join(BARE, "linux-le")
    as_hearth(lambda words: output(emulator, program, *words.split()))


@case
def the_bench_compares_and_tells_who_is_absent():
    """With the peer that is always there, and without one that is not."""
    bench = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench", "run")
    run = command(bench, "--kuseg", KUSEG, "--engines", "interp", "--peers", "native,qemu-mips",
                  "--qemu", os.getcwd(), "--only", "crc32,getpid", "--kernel", "--runs", "1",
                  "--seconds", "0.01", "--json", "all.json", timeout=150).expect(0, "mean: computing", "s kseg0", "Not found: qemu-mips")
    with open("all.json", encoding="utf-8") as f:
        found = json.load(f)
    crc32, getpid = found["programs"]
    equal(crc32["checksum"], re.search(r"checksum (\w+)", guest("bench crc32;halt").out).group(1))
    equal(sorted(crc32["peers"]), sorted(found["peers"]), run.out)
    assert crc32["ratios"] and not getpid["ratios"] and "native" not in getpid["peers"], run.out


main()
