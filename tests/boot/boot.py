# SPDX-License-Identifier: ISC
"""What the tests of this folder share: running the program, a terminal of one's own, TAP.

A test is a function marked @case; what it raises is its failure. All paths come from the command
line: KUSEG HEARTH NATIVE HEARTHFS, then perhaps the word slow, or names of cases.
"""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
import traceback

KUSEG, HEARTH, NATIVE, HEARTHFS = [os.path.abspath(p) for p in sys.argv[1:5]]
SLOW = sys.argv[5:6] == ["slow"]
ONLY = [] if SLOW else sys.argv[5:]
PROMPT = "hearth> "

_cases = []


class Skip(Exception):
    """This case can't be shown here; the reason."""


def case(function):
    _cases.append((function, False))
    return function


def slow_case(function):
    """Only when asked for."""
    _cases.append((function, True))
    return function


def main():
    """Runs the cases, each in an empty directory of its own."""
    chosen = [f for f, slow in _cases if (f.__name__ in ONLY if ONLY else slow == SLOW)]
    print(f"1..{len(chosen)}")
    bad = 0
    for n, function in enumerate(chosen, 1):
        folder = tempfile.mkdtemp(prefix="kuseg-boot-")
        os.chmod(folder, 0o755)
        os.chdir(folder)
        try:
            function()
            print(f"ok {n} - {function.__name__}", flush=True)
        except Skip as why:
            print(f"ok {n} - {function.__name__} # SKIP {why}", flush=True)
        except Exception:  # pylint: disable=broad-except
            bad += 1
            print(f"not ok {n} - {function.__name__}")
            print(re.sub("^", "# ", traceback.format_exc().rstrip(), flags=re.M), flush=True)
        finally:
            os.chdir("/")
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(bool(bad))


# ---- checks ----


def equal(found, expected, about=""):
    if found != expected:
        raise AssertionError(f"{about}: expected {expected!r}, found {found!r}")


def contains(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"expected {part!r} in:\n{text}")


# ---- the program ----


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def expect(self, status, *parts):
        """Its exit status, and texts that it printed on either stream."""
        if self.status != status:
            raise AssertionError(f"exit status {self.status}, expected {status}\n{self}")
        contains(self.out + self.err, *parts)
        return self

    def __str__(self):
        return f"stdout:\n{self.out}\nstderr:\n{self.err}"


def command(*args, typed="", timeout=60, **more):
    """Any program, with this typed; killed after a while, which is a failure."""
    run = subprocess.run(
        args,
        input=typed.encode(),
        stdout=more.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        timeout=timeout,
        check=False,
        **more,
    )
    return Result(
        run.returncode, (run.stdout or b"").decode(errors="replace"), run.stderr.decode()
    )


def kuseg(*args, **more):
    return command(KUSEG, "run", *args, **more)


def kuseg_as_nobody(*args):
    """By somebody whom permissions bind, as root is not, wherever the program stands."""
    if os.geteuid() != 0:
        return kuseg(*args)
    shutil.copy(KUSEG, "kuseg")
    return command("./kuseg", "run", *args, user="nobody", group="nogroup", extra_groups=[])


def guest(words, *options, **more):
    """hearth with a boot string, not waiting for the wall."""
    return kuseg("--warp", *options, HEARTH, words, **more)


def write(path, text=""):
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


def make_disk(path="disk.img", size="1M"):
    """An image with an empty file system."""
    command(KUSEG, "disk", "create", path, size).expect(0)
    command(HEARTHFS, "mkfs", path).expect(0)
    return path


def check_disk(path="disk.img"):
    command(HEARTHFS, "check", path).expect(0, "0 errors")


# ---- a terminal ----


class Terminal:
    """The program on a terminal of its own, as the leader of its session."""

    def __init__(self, *args):
        self.seen = ""
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.pid = os.fork()
        if self.pid == 0:
            self._child(args)

    def _child(self, args):
        try:
            os.close(self.master)
            os.setsid()
            fd = os.open(os.ttyname(self.slave), os.O_RDWR)  # the first: it controls the session
            for n in range(3):
                os.dup2(fd, n)
            os.execv(args[0], args)
        finally:
            os._exit(127)

    def attributes(self):
        return termios.tcgetattr(self.slave)

    def is_raw(self):
        return not self.attributes()[3] & (termios.ICANON | termios.ECHO)

    def wait_for(self, text, seconds=20):
        """Reads until this was printed since the last wait."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.master], [], [], left)[0]:
                raise AssertionError(f"no {text!r} on the terminal in:\n{self.seen}")
            try:
                self.seen += os.read(self.master, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"the terminal closed; it showed:\n{self.seen}") from None
        before, _, self.seen = self.seen.partition(text)
        return before

    def type(self, text):
        os.write(self.master, text.encode())

    def shows(self, text, seconds):
        try:
            self.wait_for(text, seconds)
        except AssertionError:
            return False
        return True

    def type_until(self, keys, text):
        """For keys that are lost on a program that has not begun."""
        for _ in range(100):
            self.type(keys)
            if self.shows(text, 0.3):
                return
        raise AssertionError(f"no {text!r} on the terminal in:\n{self.seen}")

    def kill(self, sig):
        os.kill(self.pid, sig)

    def _status(self, flags, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, flags | os.WNOHANG)
            if pid:
                return status
            time.sleep(0.005)
        self.kill(signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError(f"it did not end; the terminal showed:\n{self.seen}")

    def wait_stopped(self, seconds=10):
        if not os.WIFSTOPPED(self._status(os.WUNTRACED, seconds)):
            raise AssertionError("it ended instead of stopping")

    def exit_code(self, seconds=10):
        """Minus the signal's number if one killed it."""
        return os.waitstatus_to_exitcode(self._status(0, seconds))

    def rest(self):
        """What is still to be read."""
        while select.select([self.master], [], [], 0)[0]:
            try:
                self.seen += os.read(self.master, 65536).decode(errors="replace")
            except OSError:
                break
        return self.seen

    def close(self):
        for fd in (self.master, self.slave):
            try:
                os.close(fd)
            except OSError:
                pass
