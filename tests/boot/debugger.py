# SPDX-License-Identifier: ISC
"""What tests of the debugger share: hearth with a debugger's socket, gdb, and clients that are none."""
import atexit
import json
import os
import re
import select
import shutil
import socket
import subprocess
import time

from boot import HEARTH, KUSEG, Skip, equal, kuseg

GDB = shutil.which("gdb-multiarch")
REPEATS = ("--warp", "--epoch", "1700000000", "--stats", "stats.json")
ADDRESS = "./gdb.sock"
HEARTH_DEC = os.path.join(os.path.dirname(HEARTH), "hearth-dec.elf")


class Guest:
    """hearth with a debugger's socket, in the background."""

    def __init__(
        self, words, *options, wait=True, address=ADDRESS, stdin=subprocess.DEVNULL, kernel=HEARTH
    ):
        options = REPEATS + ("--gdb", address) + (("--gdb-wait",) if wait else ()) + options
        self.run = subprocess.Popen(
            [KUSEG, "run", *options, kernel, *words.split()],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        atexit.register(self.run.kill)  # also when its case fails
        end = time.monotonic() + 20
        while not self.listens(address):
            assert self.run.poll() is None and time.monotonic() < end, "nothing listens"
            time.sleep(0.01)

    @staticmethod
    def listens(address):
        """A client that says nothing has no effect."""
        try:
            Client(address).close()
            return True
        except OSError:
            return False

    def end(self, status):
        try:
            out, err = self.run.communicate(timeout=60)
        finally:
            self.run.kill()
        text = out.decode() + err.decode()
        equal(self.run.returncode, status, text)
        return text


def gdb(*commands, symbols=HEARTH, first=(), target=f"target remote {ADDRESS}"):
    """What gdb printed. -readnow: gdb 13 does not find the lines of a MIPS o32 pc otherwise."""
    if not GDB:
        raise Skip("there is no gdb-multiarch (Debian's package of that name)")
    words = ["set confirm off", "set pagination off", *first, target, *commands]
    run = subprocess.run(
        [GDB, "-nx", "-q", "-batch", "-readnow", *(w for c in words for w in ("-ex", c)), symbols],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=100,
        check=False,
    )
    return run.stdout.decode(errors="replace")


def debug(words, *commands, options=(), status=0, kernel=HEARTH, **more):
    """A session from the first instruction on; what gdb printed."""
    there = Guest(words, *options, kernel=kernel)
    try:
        text = gdb(*commands, **{"symbols": kernel, **more})
    except BaseException:
        there.run.kill()
        raise
    try:
        there.end(status)
    except AssertionError as wrong:
        raise AssertionError(f"{wrong}\ngdb:\n{text}") from None
    return text


def state():
    with open("stats.json", encoding="ascii") as f:
        s = json.load(f)
    return s["cycles"], s["retired"], s["state_hash"]


def state_without(words, *options, status=0, kernel=HEARTH):
    kuseg(*REPEATS, *options, kernel, words).expect(status)
    return state()


def in_order(text, *parts):
    at = 0
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            raise AssertionError(f"expected {part!r} after {at} characters in:\n{text}")
        at = found + len(part)


class Mi:
    """gdb as IDEs drive it."""

    def __init__(self):
        if not GDB:
            raise Skip("there is no gdb-multiarch (Debian's package of that name)")
        self.run = subprocess.Popen(
            [GDB, "-nx", "-q", "-readnow", "--interpreter=mi"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.seen = []

    def wait_for(self, start):
        while select.select([self.run.stdout], [], [], 20)[0]:
            line = self.line()
            self.seen.append(line)
            if line.startswith(start):
                return line
            if not line:
                break
        raise AssertionError(f"gdb did not say {start!r}:\n" + "".join(self.seen[-30:]))

    def line(self):
        """Unbuffered, so that select tells the truth."""
        line = b""
        while not line.endswith(b"\n") and (ch := os.read(self.run.stdout.fileno(), 1)):
            line += ch
        return line.decode(errors="replace")

    def __call__(self, command, start="^done"):
        os.write(self.run.stdin.fileno(), command.encode() + b"\n")
        return self.wait_for(start)

    def end(self):
        self.run.stdin.close()
        self.run.stdout.read()
        equal(self.run.wait(20), 0, "gdb's status")


class Client:
    def __init__(self, address):
        self.s = socket.socket(socket.AF_UNIX if "/" in address else socket.AF_INET)
        self.s.settimeout(20)
        self.s.connect(address if "/" in address else ("localhost", int(address.split(":")[-1])))

    def send(self, data):
        self.s.sendall(data)

    def packet(self, text):
        self.send(f"${text}#{sum(text.encode()) % 256:02x}".encode())

    def ask(self, text):
        self.packet(text)
        data = b""
        while not re.search(rb"\$.*#..", data, re.S):
            more = self.s.recv(65536)
            assert more, f"closed after {data!r}"
            data += more
        return re.search(rb"\$(.*)#..", data, re.S).group(1).decode()

    def rest(self):
        data = b""
        while more := self.s.recv(65536):
            data += more
        return data

    def close(self):
        self.s.close()
