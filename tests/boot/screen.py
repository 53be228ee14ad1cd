#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The screen from outside: viewers on its socket, kuseg console, pictures as files. What a viewer is
sent goes through a small VT100 interpreter, and has to give what the guest wrote."""
import atexit
import fcntl
import json
import os
import random
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time

from boot import HEARTH, KUSEG, Terminal, case, command, contains, equal, guest, kuseg, main, write

SOCKET = ".sockets/screen"


class Picture:
    """A terminal of some size, which knows only what it should be sent."""

    SEQUENCE = re.compile(rb"\x1b\[(\??)([0-9;]*)([A-Za-z])")

    def __init__(self, columns=80, rows=24):
        self.columns, self.rows = columns, rows
        self.cells = [["?"] * columns for _ in range(rows)]
        self.x = self.y = 0
        self.visible = self.wrap = True
        self.drawings = 0
        self.left = b""

    def feed(self, data):
        self.left += data
        while self.left:
            if self.left[0] == 0x1B:
                found = self.SEQUENCE.match(self.left)
                if not found:
                    assert len(self.left) < 16, f"not understood: {self.left[:32]!r}"
                    return
                self.left = self.left[found.end() :]
                self.sequence(found[1] + found[3], [int(n or 0) for n in found[2].split(b";")])
            else:
                self.put(self.left[0])
                self.left = self.left[1:]

    def sequence(self, kind, numbers):
        if kind == b"H":
            y, x = (numbers + [1])[:2]
            self.y, self.x = min(y, self.rows) - 1, min(x, self.columns) - 1
        elif kind == b"J":
            equal(numbers, [2])
            self.cells = [[" "] * self.columns for _ in range(self.rows)]
        elif kind == b"m":
            equal(numbers, [0])
            self.drawings += 1
        elif kind in (b"?h", b"?l") and numbers == [25]:
            self.visible = kind == b"?h"
        elif kind in (b"?h", b"?l") and numbers == [7]:
            self.wrap = kind == b"?h"
        else:
            raise AssertionError(f"unexpected: {kind!r} {numbers}")

    def put(self, ch):
        if ch == 13:
            self.x = 0
        elif ch != 10:
            assert 32 <= ch < 127, f"character {ch}"
            self.cells[self.y][min(self.x, self.columns - 1)] = chr(ch)
            self.x += 1

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells).rstrip()


class Viewer:
    """A program on the socket."""

    def __init__(self, path=SOCKET, columns=80, rows=24):
        self.socket = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + 20
        while True:
            try:
                self.socket.connect(path)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                assert time.monotonic() < end, f"nobody listens on {path}"
                time.sleep(0.01)
        self.picture = Picture(columns, rows)
        self.bytes = 0

    def read(self, seconds):
        """False: the machine has closed it, or nothing came."""
        if not select.select([self.socket], [], [], seconds)[0]:
            return False
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            return False
        self.bytes += len(data)
        self.picture.feed(data)
        return bool(data)

    def wait_for(self, *texts, seconds=20):
        """Texts at the end of a line are without its last blanks."""
        end = time.monotonic() + seconds
        while not all(text in self.picture.text() for text in texts):
            left = end - time.monotonic()
            if left <= 0 or not self.read(left):
                raise AssertionError(f"no {texts!r} on:\n{self.picture.text()}")
        return self

    def type(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def close(self):
        self.socket.close()

    def rest(self):
        while self.read(20):
            pass
        self.close()
        return self.picture


class Machine:
    """hearth with a screen, in the background. Its terminal: a pipe that stays open, and a file."""

    def __init__(self, *options, words=""):
        self.out = open("out.txt", "w+b")  # pylint: disable=consider-using-with
        self.run = subprocess.Popen(
            [KUSEG, "run", "--screen", SOCKET, *options, HEARTH, words],
            stdin=subprocess.PIPE,
            stdout=self.out,
            stderr=subprocess.PIPE,
        )
        atexit.register(self.run.kill)  # somebody might still come to its screen

    def type(self, text):
        self.run.stdin.write(text.encode())
        self.run.stdin.flush()

    def end(self, status, sig=None):
        """Its output, when it has ended."""
        if sig:
            self.run.send_signal(sig)
        _, err = self.run.communicate(timeout=30)
        equal(self.run.returncode, status, err.decode())
        self.out.seek(0)
        with self.out:
            return self.out.read().decode()


def folder():
    os.makedirs(".sockets", exist_ok=True)


def typed_out(text, columns=80, rows=24):
    """What a screen shows after this was written to it, as hearth does that."""
    lines = [""]
    for ch in text:
        if ch == "\n":
            lines.append("")
        elif ch == "\b":
            lines[-1] = lines[-1][:-1]
        else:
            if len(lines[-1]) == columns:
                lines.append("")
            lines[-1] += ch
    return "\n".join(line.rstrip() for line in lines[-rows:]).rstrip()


# ---- viewers ----


@case
def a_viewer_sees_what_the_guest_wrote():
    folder()
    machine = Machine("--warp")
    viewer = Viewer().wait_for("hearth>")
    machine.type("help\n")
    viewer.wait_for("programs:")
    machine.type("ps\necho a line at the end\nhalt 3\n")
    picture = viewer.rest()
    out = machine.end(3)
    equal(picture.text(), typed_out(out))
    assert picture.visible and picture.wrap


@case
def keys_typed_there_come_in():
    folder()
    machine = Machine("--warp")
    viewer = Viewer().wait_for("hearth>")
    viewer.type("echo typed o\bon it\n")
    viewer.wait_for("\ntyped on it")
    machine.type("echo and here\n")
    viewer.wait_for("\nand here")
    viewer.type("".join(f"echo line {i}\n" for i in range(40)) + "halt 4\n")
    viewer.rest()
    out = machine.end(4)
    contains(out, "\ntyped on it\n", *(f"\nline {i}\n" for i in range(40)))


@case
def several_see_the_same():
    folder()
    machine = Machine("--warp")
    viewers = [Viewer().wait_for("hearth>") for _ in range(3)]
    viewers[0].type("echo from one\n")
    viewers[1].wait_for("\nfrom one").type("echo from two\n")
    viewers.append(Viewer().wait_for("\nfrom two"))
    for viewer in viewers:
        viewer.wait_for("\nfrom one", "\nfrom two")
    viewers.pop(0).close()
    viewers[0].type("halt\n")
    equal(len({viewer.rest().text() for viewer in viewers}), 1)
    machine.end(0)


@case
def only_what_changes_is_sent():
    folder()
    machine = Machine("--warp")
    viewer = Viewer().wait_for("hearth>")
    assert viewer.bytes >= 80 * 24
    before = viewer.bytes
    viewer.type("e")
    viewer.wait_for("hearth> e")
    assert viewer.bytes - before < 50, viewer.bytes - before
    machine.end(3, signal.SIGTERM)


@case
def too_many_are_told_so():
    folder()
    machine = Machine("--warp")
    viewers = [Viewer().wait_for("hearth>") for _ in range(16)]
    late = socket.socket(socket.AF_UNIX)
    late.connect(SOCKET)
    contains(late.recv(1000).decode(), "too many")
    equal(late.recv(1000), b"")
    late.close()
    viewers.pop().close()
    time.sleep(0.1)
    viewers.append(Viewer().wait_for("hearth>"))
    viewers[15].type("halt 9\n")
    machine.end(9)


@case
def a_viewer_that_does_not_read_holds_up_nothing():
    folder()
    machine = Machine("--warp")
    stuck = Viewer()
    quick = Viewer().wait_for("hearth>")
    machine.type("help\n" * 40 + "echo the end\n")
    quick.wait_for("\nthe end", seconds=60)
    with open(f"/proc/{machine.run.pid}/statm", encoding="ascii") as f:
        assert int(f.read().split()[1]) * 4096 < 100 << 20
    stuck.wait_for("\nthe end")  # it catches up
    equal(stuck.picture.text(), quick.picture.text())
    quick.type("halt 5\n")
    quick.rest()
    machine.end(5)


@case
def one_that_never_reads_does_not_hold_the_end():
    folder()
    machine = Machine("--warp", words="help; " * 40 + "halt 6")
    stuck = Viewer()
    machine.end(6)
    stuck.close()


@case
def hostile_viewers_do_no_harm():
    folder()
    machine = Machine(words="sleep 1000000000")
    dice = random.Random(1)
    for _ in range(200):
        viewer = socket.socket(socket.AF_UNIX)
        viewer.connect(SOCKET) if os.path.exists(SOCKET) else Viewer().close()
        try:
            viewer.sendall(dice.randbytes(dice.randrange(3000)))
        except OSError:
            pass
        if dice.randrange(2):
            viewer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        viewer.close()
    flood = Viewer()
    flood.socket.settimeout(1)
    try:
        for _ in range(1000):
            flood.socket.send(b"x" * 10000)
        raise AssertionError("ten megabytes were taken")
    except TimeoutError:
        pass
    Viewer().wait_for("hearth").close()
    with open(f"/proc/{machine.run.pid}/statm", encoding="ascii") as f:
        assert int(f.read().split()[1]) * 4096 < 100 << 20
    machine.end(3, signal.SIGTERM)


def numbers(*options):
    words = "bench sort 3; stress 2 1; bench sieve 20; halt"
    guest(words, "--epoch", "1700000000", "--stats", "s.json", *options).expect(0)
    with open("s.json", encoding="ascii") as f:
        s = json.load(f)
    return s["cycles"], s["state_hash"], [cpu["retired"] for cpu in s["cpus"]]


@case
def being_watched_changes_nothing():
    folder()
    for n in ("1", "4"):
        options = ("-n", n, "--screen", SOCKET)
        alone = numbers(*options)
        watcher = subprocess.Popen(
            ["python3", "-c", WATCHER], stdout=subprocess.PIPE, stdin=subprocess.PIPE
        )
        equal(watcher.stdout.readline(), b"ready\n")
        equal(numbers(*options), alone)
        seen, _ = watcher.communicate(b"\n", timeout=20)
        assert int(seen) > 80 * 24, seen


WATCHER = f"""
import select, socket, sys
print("ready", flush=True)
seen = 0
while not select.select([sys.stdin], [], [], 0.002)[0]:
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(1)
    try:
        s.connect("{SOCKET}")
        seen += len(s.recv(100000))
    except OSError:
        pass
    s.close()
print(seen)
"""


# ---- the card, as it is configured ----


@case
def it_has_the_size_it_is_given():
    folder()
    conf = "0 serial\n3 screen columns=40 rows=10\n29 timer\n31 mainboard ramsize=1M\n"
    write("small.conf", conf)
    machine = Machine("--warp", "-c", "small.conf")
    viewer = Viewer(columns=40, rows=10).wait_for("hearth>")
    viewer.type("help\nhalt\n")
    picture = viewer.rest()
    equal(picture.text(), typed_out(machine.end(0), 40, 10))


@case
def the_only_console():
    """Without a serial port, all is on the screen."""
    folder()
    write("one.conf", "3 screen\n29 timer\n31 mainboard ramsize=1M\n")
    machine = Machine("--warp", "-c", "one.conf")
    viewer = Viewer().wait_for("hearth>")
    viewer.type("echo so\nhalt 2\n")
    contains(viewer.rest().text(), "\nso\n", "halted with code 2")
    equal(machine.end(2), "")


@case
def mistakes_are_named():
    write("two.conf", "1 screen\n2 screen\n31 mainboard ramsize=1M\n")
    kuseg("-c", "two.conf", HEARTH).expect(2, "two.conf:2", "only one screen")
    write("wide.conf", "1 screen columns=257\n31 mainboard ramsize=1M\n")
    kuseg("-c", "wide.conf", HEARTH).expect(2, "wide.conf:1", "columns")
    guest("halt", "--screen", "/nowhere/screen").expect(2, "/nowhere/screen")
    guest("halt", "--screen", "screen").expect(2, "'/'")
    guest("halt", "--screen-shot", "/nowhere/a.png").expect(2, "/nowhere/a.png")
    write("disk.img", "x" * 512)
    run = guest("halt", "--disk", "disk.img", "--screen-shot", "disk.img")
    run.expect(2)
    equal(os.path.getsize("disk.img"), 512)


# ---- the socket ----


@case
def its_socket_comes_and_goes():
    write("s.conf", "0 serial\n3 screen\n29 timer\n31 mainboard ramsize=1M\n")
    run = guest("halt", "-c", "s.conf").expect(0)
    equal(run.err, "")
    equal(os.listdir(".sockets"), [])
    equal(os.stat(".sockets").st_mode & 0o777, 0o700)


@case
def its_folder_is_made():
    guest("halt 4", "--screen", SOCKET).expect(4)
    os.rmdir(".sockets")
    write(".sockets")
    guest("halt 4", "--screen", SOCKET).expect(2, SOCKET)


@case
def a_dead_socket_is_replaced():
    folder()
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(SOCKET)
    dead.close()
    machine = Machine("--warp")
    Viewer().wait_for("hearth>").type("halt 3\n")
    machine.end(3)


@case
def a_living_one_is_not():
    folder()
    machine = Machine("--warp")
    Viewer().wait_for("hearth>")
    guest("halt", "--screen", SOCKET).expect(2, SOCKET)
    write("s.conf", "0 serial\n3 screen\n29 timer\n31 mainboard ramsize=1M\n")
    guest("halt 7", "-c", "s.conf").expect(7, SOCKET, "--screen")
    Viewer().wait_for("hearth>").type("halt 3\n")
    machine.end(3)


@case
def a_port_does_as_well():
    for port in range(20000 + os.getpid() % 20000, 60000):
        machine = subprocess.Popen(
            [KUSEG, "run", "--warp", "--screen", str(port), HEARTH],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        machine.stdout.read(1)
        if machine.poll() is None:
            break
    shot = command(KUSEG, "console", "--shot", "a.txt", f"localhost:{port}")
    machine.terminate()
    machine.communicate(timeout=20)
    shot.expect(0)
    with open("a.txt", encoding="ascii") as f:
        contains(f.read(), "hearth on System/161")


# ---- pictures as files ----


def text_of(path):
    with open(path, encoding="ascii") as f:
        text = f.read()
    equal(text.count("\n"), 24, "lines")
    return text.rstrip()


def is_png(path, width, height):
    with open(path, "rb") as f:
        head = f.read(24)
    equal(head[:8], b"\x89PNG\r\n\x1a\n")
    equal(struct.unpack(">II", head[16:]), (width, height))


@case
def a_picture_at_the_end():
    run = guest("help; echo the last; halt 5", "--screen-shot", "a.txt").expect(5)
    equal(text_of("a.txt"), typed_out(run.out))
    equal(os.path.exists(".sockets"), False)
    guest("panic", "--screen-shot", "a.png").expect(1)
    is_png("a.png", 976, 496)
    guest("panic", "--screen-shot", "b.txt").expect(1)
    contains(text_of("b.txt"), "panic on CPU 0")
    kuseg("--screen-shot", "c.txt", HEARTH, "echo a").expect(1, "no more input")
    contains(text_of("c.txt"), "\na\nhearth>")


@case
def a_picture_while_it_runs():
    folder()
    machine = Machine()
    viewer = Viewer().wait_for("hearth>")
    command(KUSEG, "console", "--shot", "a.txt").expect(0)
    equal(text_of("a.txt"), viewer.picture.text())
    command(KUSEG, "console", "--shot", "a.png", SOCKET).expect(0)
    is_png("a.png", 976, 496)
    viewer.type("halt 1\n")
    viewer.rest()
    machine.end(1)


@case
def no_picture_is_an_error():
    command(KUSEG, "console", "--shot", "a.png").expect(2, SOCKET)
    folder()
    fake = socket.socket(socket.AF_UNIX)
    fake.bind(SOCKET)
    fake.listen(1)
    for nonsense in (b"", b"hello\r\n", b"\x1b[999;999H\x1b[m", bytes(range(256)) * 100):
        shot = subprocess.Popen(
            [KUSEG, "console", "--shot", "a.png"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        peer, _ = fake.accept()
        peer.sendall(nonsense)
        peer.close()
        _, err = shot.communicate(timeout=20)
        equal(shot.returncode, 2)
        contains(err.decode(), "no picture")
    fake.close()
    command(KUSEG, "console", "one", "two").expect(2, "two")


# ---- kuseg console ----


def console(machine):
    term = Terminal(KUSEG, "console", SOCKET)
    term.wait_for("hearth> ")
    assert term.is_raw() and machine.run.poll() is None
    return term


def left(term, code):
    equal(term.exit_code(), code)
    equal(term.attributes(), term.before, "terminal")
    rest = term.rest()
    term.close()
    contains(rest, "\x1b[?7h\x1b[?25h")
    return rest


@case
def a_terminal_on_it():
    folder()
    machine = Machine()
    Viewer().wait_for("hearth>").close()
    term = console(machine)
    term.type("echo over there\n")
    term.wait_for("over there")
    term.type("\x1d")
    left(term, 0)
    term = console(machine)  # the machine went on
    term.type("halt 3\n")
    contains(left(term, 0), "halted")
    contains(machine.end(3), "\nover there\n")


@case
def control_c_is_the_guests():
    folder()
    machine = Machine()
    Viewer().wait_for("hearth>").close()
    term = console(machine)
    term.type("bench sieve 100000000\n")
    term.wait_for("100000000")
    term.type_until("\x03halt 8\n", "halted")
    left(term, 0)
    machine.end(8)


@case
def every_end_leaves_the_terminal_as_it_was():
    for sig, code in ((signal.SIGTERM, 3), (signal.SIGHUP, 3)):
        folder()
        machine = Machine()
        Viewer().wait_for("hearth>").close()
        term = console(machine)
        term.kill(sig)
        left(term, code)
        term = console(machine)
        machine.end(-9, signal.SIGKILL)
        left(term, 0)
    term = Terminal(KUSEG, "console", "/nowhere/screen")
    equal(term.exit_code(), 2)
    equal(term.attributes(), term.before)
    term.close()


@case
def a_resized_terminal_is_drawn_anew():
    folder()
    machine = Machine()
    Viewer().wait_for("hearth>").close()
    term = console(machine)
    for rows in (50, 10, 24):
        fcntl.ioctl(term.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 100, 0, 0))
        term.wait_for("\x1b[2J")
        term.wait_for("hearth> ")
    term.type("halt 5\n")
    left(term, 0)
    machine.end(5)


@case
def a_stuck_machine_can_be_left():
    folder()
    machine = Machine()
    Viewer().wait_for("hearth>").close()
    term = console(machine)
    machine.run.send_signal(signal.SIGSTOP)
    term.type("x" * 4000 + "\n")
    term.type("\x1d")
    left(term, 0)
    machine.run.send_signal(signal.SIGCONT)
    machine.end(3, signal.SIGTERM)


@case
def input_from_a_pipe():
    folder()
    machine = Machine()
    Viewer().wait_for("hearth>").close()
    run = command(KUSEG, "console", SOCKET, typed="echo piped\nhalt 4\n")
    run.expect(0, "halted with code 4")
    contains(machine.end(4), "\npiped\n")


main()
