#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Some words with the shell of Linux in the monitor, for where there is no terminal.

usage: linux_dialogue.py KUSEG run ARGS...

Shows what the guest says. Ends with the monitor's status, or with 1 if a check failed or the
guest said nothing for so long that it must hang.
"""
import os
import select
import subprocess
import sys

PROMPT = b"linux# "
SECONDS = 120
WORDS = ["uname -a", "cat /proc/cpuinfo", "free", "ifconfig eth0", "df /mnt", "check int", "check float", "check fork", "exit"]


def show_until_prompt(guest):
    """What it said up to its prompt, or its end."""
    seen = b""
    while not seen.endswith(PROMPT):
        if not select.select([guest.stdout], [], [], SECONDS)[0]:
            guest.kill()
            sys.exit(f"\nlinux_dialogue: nothing for {SECONDS} seconds")
        part = os.read(guest.stdout.fileno(), 65536)
        if not part:
            break
        seen += part
        sys.stdout.buffer.write(part)
        sys.stdout.flush()
    return seen


def main():
    with subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as guest:
        seen = show_until_prompt(guest)
        for words in WORDS:
            if guest.poll() is not None:
                break
            guest.stdin.write(words.encode() + b"\n")
            guest.stdin.flush()
            seen += show_until_prompt(guest)
        status = guest.wait()
    if status == 0 and seen.count(b": ok") != 3:
        sys.exit("linux_dialogue: a check failed")
    sys.exit(status)


main()
