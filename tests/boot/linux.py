#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Linux 6.1 of Debian with musl and busybox on the DECstation, as ./dev run linux builds it."""
import json
import os

from boot import KUSEG, Skip, Terminal, case, contains, equal, main

LINUX = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "linux")
KERNEL = os.path.join(LINUX, "vmlinux")
INITRAMFS = os.path.join(LINUX, "initramfs")
PROMPT = "linux# "
BOOT_SECONDS = 120  # only a bound: usually under one
SECONDS = 30


def need_linux():
    if not os.path.exists(INITRAMFS) or not os.path.exists(KERNEL):
        raise Skip("no kernel in build/linux: ./dev run linux builds it, if it can")


class Shell:
    """The guest at its prompt, on a terminal of its own."""

    def __init__(self, *options):
        need_linux()
        self.term = Terminal(
            KUSEG, "run", "-s", "--initrd", INITRAMFS, *options, KERNEL, "console=ttyS3"
        )
        self.boot = self.term.wait_for(PROMPT, BOOT_SECONDS)

    def run(self, words, seconds=SECONDS):
        """What this command prints."""
        self.term.type(words + "\n")
        self.term.wait_for(words)
        return self.term.wait_for(PROMPT, seconds).replace("\r", "")

    def sleep(self):
        """A program in front that sleeps; it is in front when it prints its number."""
        self.term.type("sh -c 'echo $((6*7)); exec sleep 1000'\n")
        self.term.wait_for("42", SECONDS)

    def off(self):
        """Ends the shell, and so the machine; what it said on its way."""
        self.term.type("exit\n")
        equal(self.term.exit_code(SECONDS), 0, "exit code")
        rest = self.term.rest()
        self.term.close()
        contains(rest, "Power down")
        return rest


def works(engine):
    """Everything that is shown of each engine."""
    shell = Shell("--engine", engine)
    contains(shell.boot, "This is a DECstation 5000/200", "Run /init as init process")
    contains(shell.run("echo $((6*7)) | sed s/4/x/"), "x2\n")
    contains(shell.run("check int"), "\ncheck int: ok\n")
    contains(shell.run("check float"), "check float: ok\n")
    contains(shell.run("check fork"), "check fork: ok\n")
    shell.off()


@case
def boots_computes_and_forks_interpreted():
    works("interp")


@case
def boots_computes_and_forks_translated():
    works("jit")


@case
def programs_can_be_interrupted_and_stopped():
    """Job control: the terminal's signals reach the program in front, not the shell."""
    shell = Shell()
    shell.sleep()
    shell.term.type("\x1a")
    shell.term.wait_for("Stopped", SECONDS)
    shell.term.wait_for(PROMPT, SECONDS)
    contains(shell.run("jobs"), "Stopped")
    shell.run("kill %1; fg")
    shell.sleep()
    shell.term.type("\x03")
    shell.term.wait_for(PROMPT, SECONDS)
    contains(shell.run("echo status $?"), "status 130\n")
    shell.off()


@case
def engines_run_the_same_instructions():
    """From power-on to power-off with nothing typed, which depends on nothing outside."""
    need_linux()
    cycles = []
    for engine in "interp", "jit":
        term = Terminal(
            KUSEG, "run", "--warp", "--epoch", "1000000000", "--engine", engine, "--stats", "stats.json", "--initrd",
            INITRAMFS, KERNEL, "console=ttyS3", "--", "check", "fork",
        )
        equal(term.exit_code(BOOT_SECONDS), 0, "exit code")
        contains(term.rest(), "check fork: ok")
        term.close()
        with open("stats.json", encoding="ascii") as f:
            cycles.append(json.load(f)["cycles"])
    equal(cycles[1], cycles[0], "cycles")


main()
