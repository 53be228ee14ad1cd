#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A grader drives sys161 as those of courses do.

What test161 does, as its source shows: a fresh directory with a configuration and disks of its own;
"sys161 -X -c CONF KERNEL" on a terminal; the meter from the first output on, every 10 ms of virtual
time; commands typed a character at a time, each waited for; output read up to the next prompt;
limits on virtual time, and on what the counters may show over a window of samples; and an end by
SIGKILL when one is passed.
"""
import os
import re
import select
import signal
import socket
import time

from boot import HEARTH, KUSEG, PROMPT, Terminal, case, command, contains, equal, main, write

NAMES = "nsec kinsns uinsns udud idle irqs exns disk con emu net".split()
STEP = 10000000  # ns of virtual time between two samples
CHARACTER_TRIES = 5
PATIENCE = 20  # real seconds without anything on the terminal: the test fails

CONF = """\
0 serial
1\temufs
2\tdisk rpm=7200 file=LHD0.img nodoom # bytes=1M
28\trandom seed=12345
29\ttimer
30\ttrace
31\tmainboard ramsize=%s cpus=%d
"""


class Killed(Exception):
    """The grader ended the run; why."""


class Ended(Exception):
    """The machine ended by itself."""


class Meter:
    """Samples: dictionaries of what was added since the one before."""

    def __init__(self, folder):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(os.path.join(folder, ".sockets/meter"))
        self.socket.sendall(f"INTERVAL {STEP}\n".encode())
        self.unread = b""
        self.total = dict.fromkeys(NAMES, 0)
        self.samples = []
        self.open = True

    def fileno(self):
        return self.socket.fileno()

    def read(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.open = bool(data)
        *lines, self.unread = (self.unread + data).split(b"\n")
        for line in lines:
            self._line(line.decode())

    def _line(self, line):
        word, *rest = line.split()
        if word == "HEAD":
            equal(rest, NAMES)
        if word != "DATA":
            assert word in ("HELLO", "HEAD", "WIDTH"), line
            return
        total = dict(zip(NAMES, map(int, rest), strict=True))
        self.samples.append({name: total[name] - self.total[name] for name in NAMES})
        assert all(n >= 0 for n in self.samples[-1].values()), line
        self.total = total

    def seconds(self):
        return self.total["nsec"] / 1e9

    def summary(self, first):
        return {name: sum(s[name] for s in self.samples[first:]) for name in NAMES}


class Limits:
    """What a command may do: virtual seconds, and shares of the instructions in a window."""

    def __init__(self, kind="user", seconds=60, window=400, kernel_max=1.0, user_min=0.0):
        self.kind, self.seconds, self.window = kind, seconds, window
        self.kernel_max, self.user_min = kernel_max, user_min

    def check(self, meter, first, start):
        """Why the command must be stopped, or None."""
        if meter.seconds() - start > self.seconds:
            return "the command took too long"
        if len(meter.samples) - first < self.window:
            return None
        s = meter.summary(max(first, len(meter.samples) - self.window))
        everything = s["kinsns"] + s["uinsns"] + s["idle"]
        if self.kind == "kernel" and s["uinsns"]:
            return "user instructions in a kernel command"
        if s["kinsns"] / everything > self.kernel_max:
            return "too many kernel instructions"
        if self.kind == "user" and s["uinsns"] / everything < self.user_min:
            return "too few user instructions"
        return None


class Grader(Terminal):
    def __init__(self, cpus=1, ram="1M", folder="root"):
        self.folder = os.path.abspath(folder)
        self._make(cpus, ram)
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            super().__init__("./sys161", "-X", "-c", "grader.conf", "kernel")
        finally:
            os.chdir(here)
        os.close(self.slave)
        self.slave = -1
        self.meter = None
        self.ended = False
        self.heard = time.monotonic()
        self.watch = None  # of the running command: (limits, first sample, start)

    def _make(self, cpus, ram):
        if not os.path.exists(self.folder):
            os.mkdir(self.folder)
            os.symlink(HEARTH, os.path.join(self.folder, "kernel"))
            for name in ("sys161", "disk161"):
                os.symlink(KUSEG, os.path.join(self.folder, name))
            command("./disk161", "create", "LHD0.img", "1M", cwd=self.folder).expect(0)
        write(os.path.join(self.folder, "grader.conf"), CONF % (ram, cpus))

    # ---- what comes in ----

    def _read_terminal(self):
        try:
            data = os.read(self.master, 4096)
        except OSError:  # nobody has it any more
            data = b""
        self.ended = not data
        self.heard = time.monotonic()
        self.seen += data.decode(errors="replace")
        if self.meter is None and data:
            self.meter = Meter(self.folder)

    def pump(self):
        """Waits for something from either side."""
        assert time.monotonic() < self.heard + PATIENCE, f"it says no more than:\n{self.seen!r}"
        files = [] if self.ended else [self.master]
        if self.meter and self.meter.open:
            files.append(self.meter)
        ready = select.select(files, [], [], 1)[0]
        if self.master in ready:
            self._read_terminal()
        if self.meter in ready:
            self.meter.read()
            self._check()

    def _check(self):
        if not self.watch:
            return
        limits, first, start = self.watch
        why = limits.check(self.meter, first, start)
        if why:
            self.watch = None
            self.kill(signal.SIGKILL)
            raise Killed(why)

    def expect(self, text):
        """What came before it; that is then forgotten."""
        while text not in self.seen:
            if self.ended:
                raise Ended(self.seen)
            self.pump()
        before, _, self.seen = self.seen.partition(text)
        return before

    # ---- what goes out ----

    def _type_character(self, c):
        """Again if it was not echoed within a second, real and virtual."""
        for _ in range(CHARACTER_TRIES):
            start, real = self.meter.seconds(), time.monotonic()
            self.type(c)
            while self.meter.seconds() < start + 1 or time.monotonic() < real + 1:
                if c in self.seen:
                    self.expect(c)
                    return
                if self.ended:
                    raise Ended(self.seen)
                self.pump()
        raise AssertionError(f"{c!r} was not echoed")

    def run(self, line, limits=Limits()):
        """What the command printed, and what the counters gained."""
        first = len(self.meter.samples)
        for c in line + "\n":
            self._type_character(c)
        self.watch = limits, first, self.meter.seconds()
        output = self.expect(PROMPT)
        self.watch = None
        while self.meter.samples and not self.meter.samples[first:]:
            self.pump()
        return output, self.meter.summary(first)

    def finish(self, line="halt"):
        """To the end of both connections; the exit status."""
        for c in line:
            self._type_character(c)
        self.type("\n")
        return self.end()

    def end(self):
        while not self.ended or (self.meter and self.meter.open):
            self.pump()
        status = self.exit_code()
        os.close(self.master)
        if self.meter:
            self.meter.socket.close()
        return status


def killed(grader, line, limits):
    try:
        grader.run(line, limits)
    except Killed as why:
        equal(grader.end(), -signal.SIGKILL)
        return str(why)
    raise AssertionError(f"'{line}' was not stopped")


# ---- what a grader relies on ----


@case
def commands_run_and_are_measured():
    for cpus in (1, 2, 8, 32):
        g = Grader(cpus, ram="4M", folder=f"root{cpus}")
        g.expect(PROMPT)
        contains(g.run("echo it is $me")[0], "it is $me")
        output, stats = g.run("bench crc32 40")
        contains(output, "checksum 0x")
        assert stats["uinsns"] > 1000000 and stats["con"] > 50, stats
        assert stats["kinsns"] + stats["uinsns"] + stats["idle"] <= cpus * stats["nsec"] // 40, stats
        output, stats = g.run("kbench crc32 20")
        assert stats["kinsns"] > 500000, stats
        output, stats = g.run("format")
        assert stats["disk"] > 0, stats
        rows = re.findall(r"^ +(\d+) ", g.run("cpus")[0], re.M)
        equal(rows, [str(n) for n in range(cpus)])
        equal(g.finish(), 0)
        contains(g.seen, "halted", "Elapsed virtual time")


@case
def samples_come_on_time():
    """One every 10 ms of virtual time, whatever the guest does, none left out."""
    g = Grader()
    g.expect(PROMPT)
    for line in ("bench crc32 50", "sleep 60", "bench fork 3", "ls /bin"):
        g.run(line)
    equal(g.finish(), 0)
    steps = [s["nsec"] for s in g.meter.samples[2:]]
    assert len(steps) > 10, steps
    equal(set(steps), {STEP})


@case
def a_command_that_takes_too_long_is_killed():
    g = Grader()
    g.expect(PROMPT)
    contains(killed(g, "sleep 60000", Limits(seconds=0.3)), "too long")
    contains(killed_again("bench crc32 100000000", Limits(seconds=2)), "too long")


def killed_again(line, limits):
    """In the directory, with the socket, that the one before left behind."""
    assert os.path.exists("root/.sockets/meter")
    g = Grader()
    g.expect(PROMPT)
    return killed(g, line, limits)


@case
def a_livelock_and_a_deadlock_are_noticed():
    g = Grader()
    g.expect(PROMPT)
    contains(killed(g, "kbench crc32 100000000", Limits(window=20, kernel_max=0.99)), "kernel")
    contains(killed_again("sleep 60000", Limits(window=20, user_min=0.001)), "too few user")
    contains(killed_again("bench crc32 100000000", Limits(kind="kernel", window=20)), "in a kernel")


@case
def a_panic_is_an_end():
    g = Grader()
    g.expect(PROMPT)
    try:
        g.run("panic")
        raise AssertionError("it went on")
    except Ended as end:
        contains(str(end), "panic on CPU")
    equal(g.end(), 0)


@case
def a_kernel_that_does_not_start_is_an_end():
    g = Grader()
    g.expect(PROMPT)
    g.finish()
    os.remove("root/kernel")
    write("root/kernel", "no kernel\n")
    g = Grader()
    try:
        g.expect(PROMPT)
        raise AssertionError("it started")
    except (Ended, OSError):
        pass
    equal(g.exit_code(), 2)


@case
def several_are_graded_at_once():
    graders = [Grader(cpus, folder=f"root{cpus}") for cpus in (1, 2, 4, 8)]
    for g in graders:
        g.expect(PROMPT)
    for line in ("bench pipe 5", "bench crc32 3"):
        sums = {re.search(r"checksum (0x\w+)", g.run(line)[0]).group(1) for g in graders}
        equal(len(sums), 1, sums)
    for g in graders:
        equal(g.finish(), 0)


main()
