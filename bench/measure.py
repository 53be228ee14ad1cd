# SPDX-License-Identifier: ISC
"""Children and what they cost: CPU seconds as the kernel counts them (user and system time)."""
import os
import select
import signal
import statistics
import subprocess
import time


class Failure(Exception):
    """What makes a measurement worthless; its text is for the user."""


class Sample:
    def __init__(self, cpu, wall, output):
        self.cpu, self.wall, self.output = cpu, wall, output


def show(argv):
    return " ".join(f"'{a}'" if " " in a or ";" in a else a for a in argv)


def wait(pid, seconds):
    """(status, usage) of a child, or None if it did not end in time: it is killed then."""
    fd = os.pidfd_open(pid)
    try:
        in_time = select.select([fd], [], [], seconds)[0]
    finally:
        os.close(fd)
    if not in_time:
        os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return (os.waitstatus_to_exitcode(status), usage) if in_time else None


def run(argv, folder, seconds=300):
    """Runs argv to its end, which must be a success. Its input never comes and never ends: GXemul
    spins where input has ended. Output goes through a file, so that nobody waits for a reader."""
    path = os.path.join(folder, "output")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    reader, writer = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, reader, 0),
               (os.POSIX_SPAWN_OPEN, 1, path, flags, 0o600), (os.POSIX_SPAWN_DUP2, 1, 2)]
    start = time.monotonic()
    try:
        pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=actions)
        ended = wait(pid, seconds)
    except OSError as e:
        raise Failure(f"cannot run {argv[0]}: {e.strerror}") from e
    finally:
        os.close(reader)
        os.close(writer)
    wall = time.monotonic() - start
    with open(path, encoding="utf-8", errors="replace") as f:
        output = f.read()
    if ended is None:
        raise Failure(f"no end after {seconds} s: {show(argv)}\n{output}")
    status, usage = ended
    if status:
        raise Failure(f"status {status}: {show(argv)}\n{output}")
    return Sample(usage.ru_utime + usage.ru_stime, wall, output)


def peak_memory(argv, prompt, seconds=30):
    """Kilobytes that a process had resident at most until it printed `prompt`. (wait4's ru_maxrss
    would count what this program had when it started the child.)"""
    child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    try:
        seen, end = b"", time.monotonic() + seconds
        while prompt not in seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([child.stdout], [], [], left)[0]:
                raise Failure(f"no prompt after {seconds} s: {show(argv)}")
            more = os.read(child.stdout.fileno(), 4096)
            if not more:
                raise Failure(f"ended before its prompt: {show(argv)}\n{seen.decode()}")
            seen += more
        with open(f"/proc/{child.pid}/status", encoding="ascii") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmHWM:"))
    finally:
        child.kill()
        child.communicate()


def interleaved(runs, work):
    """{key: [work(key), ...]}: A B A B, so that a slow minute of the machine hits all alike."""
    keys = list(work)
    found = {key: [] for key in keys}
    for _ in range(runs):
        for key in keys:
            found[key].append(work[key]())
    return found


def spread(values):
    """How far the values lie apart, as a part of their median."""
    middle = statistics.median(values)
    return (max(values) - min(values)) / middle if middle > 0 else 0.0


def paired_ratio(above, below):
    """Median of the ratios of runs that were neighbours."""
    return statistics.median(a / b for a, b in zip(above, below))
