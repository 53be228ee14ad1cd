#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Frame buffers of the DECstation: what Linux draws, as a picture and in a window."""
import json
import os
import struct
import subprocess
import zlib

from boot import HEARTH, KUSEG, Skip, Terminal, case, command, contains, equal, kuseg, main, write

LINUX = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "linux")
KERNEL = os.path.join(LINUX, "vmlinux")
INITRAMFS = os.path.join(LINUX, "initramfs")
PROMPT = "linux# "
BOOT_SECONDS = 120  # only a bound: usually under one
SECONDS = 30
SOCKET = ".sockets/screen"
GREY = 0xAAAAAA


def need_linux():
    if not os.path.exists(INITRAMFS) or not os.path.exists(KERNEL):
        raise Skip("no kernel in build/linux: ./dev run linux builds it, if it can")


def need_window():
    """Without SDL2 the option is an error, which says so."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    run = kuseg("--board", "dec5000", "--window", HEARTH)
    if "SDL2" in run.err:
        raise Skip("this build has no windows")


def unfilter(kind, row, above, step):
    """One row of a PNG."""
    for i in range(len(row)):
        left = row[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[i]
        elif kind == 3:
            guess = (left + above[i]) // 2
        elif kind == 4:
            p = left + above[i] - corner
            near = [(abs(p - left), 0, left), (abs(p - above[i]), 1, above[i]), (abs(p - corner), 2, corner)]
            guess = min(near)[2]
        else:
            guess = 0
        row[i] = (row[i] + guess) & 255


class Png:
    """A picture of ours: 8 bits each of red, green and blue."""

    def __init__(self, path):
        with open(path, "rb") as f:
            data = f.read()
        equal(data[:8], b"\x89PNG\r\n\x1a\n")
        packed, at = b"", 8
        while at < len(data):
            (size,) = struct.unpack(">I", data[at : at + 4])
            kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
            equal(struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0], zlib.crc32(kind + body))
            if kind == b"IHDR":
                self.width, self.height, depth, colour = struct.unpack(">IIBB", body[:10])
                equal((depth, colour), (8, 2))
            elif kind == b"IDAT":
                packed += body
            at += 12 + size
        equal(kind, b"IEND")
        raw, size = zlib.decompress(packed), 3 * self.width
        self.rows = []
        for y in range(self.height):
            row = bytearray(raw[y * (size + 1) + 1 : (y + 1) * (size + 1)])
            if raw[y * (size + 1)]:
                unfilter(raw[y * (size + 1)], row, self.rows[-1] if y else bytes(size), 3)
            self.rows.append(row)

    def pixel(self, x, y):
        return int.from_bytes(self.rows[y][3 * x : 3 * x + 3], "big")

    def cell(self, column, row):
        """The dots of a letter of 8 by 16."""
        return [bytes(self.rows[16 * row + y][24 * column : 24 * column + 24]) for y in range(16)]

    def inks(self, column, row):
        """Colours in it."""
        return {self.pixel(8 * column + x, 16 * row + y) for y in range(16) for x in range(8)}


class Shell:
    """Linux with a frame buffer, at its prompt on the serial line."""

    def __init__(self, *options):
        need_linux()
        self.term = Terminal(
            KUSEG, "run", "-s", "--initrd", INITRAMFS, *options, KERNEL, "console=ttyS3"
        )
        self.boot = self.term.wait_for(PROMPT, BOOT_SECONDS)

    def run(self, words):
        self.term.type(words + "\n")
        self.term.wait_for(words)
        return self.term.wait_for(PROMPT, SECONDS).replace("\r", "")

    def off(self):
        self.term.type("exit\n")
        equal(self.term.exit_code(SECONDS), 0, "exit code")
        self.term.close()


def write_text(shell):
    """On the virtual terminal, from its corner: letters in the cells (0, 0) to (2, 0)."""
    shell.run(r"printf '\033[2J\033[HAWA\033[?25l\n' >/dev/tty1")


def is_text(png, ink):
    """What write_text wrote, in this colour."""
    equal(png.cell(0, 0), png.cell(2, 0))
    assert png.cell(0, 0) != png.cell(1, 0)
    for column in range(3):
        equal(png.inks(column, 0), {0, ink})
    equal(png.inks(3, 0), {0})


@case
def linux_draws_in_colour():
    shell = Shell("--graphics", "pmag-ba", "--screen", SOCKET, "--screen-shot", "end.png")
    contains(shell.boot, "PMAG-BA", "fb0: PMAG-BA frame buffer device at tc2")
    contains(shell.run("cat /proc/fb"), "0 PMAG-BA\n")
    write_text(shell)
    at = 1024 * 400 + 100
    shell.run(rf"printf '\001\002\004\017' | dd of=/dev/fb0 bs=1 seek={at} 2>&-")
    command(KUSEG, "console", "--shot", "now.png").expect(0)
    shell.run(rf"printf '\016' | dd of=/dev/fb0 bs=1 seek={at} 2>&-")
    shell.off()
    now, end = Png("now.png"), Png("end.png")
    equal((now.width, now.height), (1024, 864))
    equal([now.pixel(x, 400) for x in range(99, 105)], [0, 0xAA, 0xAA00, 0xAA0000, 0xFFFFFF, 0])
    is_text(now, GREY)
    equal(end.pixel(100, 400), 0xFFFF55)
    is_text(end, GREY)


@case
def linux_draws_in_black_and_white():
    shell = Shell("--graphics", "pmag-aa", "--screen-shot", "end.png")
    contains(shell.boot, "PMAG-AA")
    contains(shell.run("cat /proc/fb"), "0 PMAG-AA\n")
    write_text(shell)
    at = 2048 * 400 + 1278
    shell.run(rf"printf '\001\376\001' | dd of=/dev/fb0 bs=1 seek={at} 2>&-")
    shell.off()
    end = Png("end.png")
    equal((end.width, end.height), (1280, 1024))
    equal([end.pixel(x, 400) for x in range(1277, 1280)], [0, 0xFFFFFF, 0])
    is_text(end, 0xFFFFFF)


@case
def linux_knows_keyboard_and_mouse():
    """They answer its drivers, which the programs of /init attach to their lines."""
    shell = Shell("--graphics", "pmag-ba")
    for name in ("DEC LK201 keyboard", "DEC VSXXX-AA/-GA mouse"):
        for _ in range(100):
            if name in shell.run("dmesg | grep -e lkkbd -e Found"):
                break
        else:
            raise AssertionError(f"no {name}")
    shell.off()


@case
def the_kernels_messages_are_on_it():
    """A logo, and text below; the terminal has none of them."""
    need_linux()
    options = ["--warp", "--screen-shot", "a.png", "--initrd", INITRAMFS]
    run = kuseg(*options, KERNEL, "console=tty0", "--", "true").expect(0)
    assert "Run /init" not in run.out
    png = Png("a.png")
    assert len({png.pixel(x, y) for y in range(80) for x in range(80)}) > 8, "no logo"
    texts = sum(png.inks(column, row) == {0, GREY} for row in range(5, 54) for column in range(128))
    assert texts > 500, texts


def final_state(*options):
    run = kuseg(
        "--warp", "--epoch", "1000000000", "--stats", "s.json", "--graphics", "pmag-ba", "--initrd", INITRAMFS, *options,
        KERNEL, "console=tty0", "--", "true",
    ).expect(0)
    equal(run.err, "")
    with open("s.json", encoding="ascii") as f:
        s = json.load(f)
    return s["cycles"], s["state_hash"]


@case
def engines_draw_the_same():
    need_linux()
    equal(final_state("--engine", "interp"), final_state("--engine", "jit"))


@case
def a_window_changes_nothing():
    need_linux()
    need_window()
    equal(final_state("--window"), final_state())


@case
def no_window_is_said():
    os.environ["SDL_VIDEODRIVER"] = "nonsense"
    kuseg("--board", "dec5000", "--window", HEARTH).expect(2, "--window", "window")


@case
def mistakes_are_named():
    kuseg("--graphics", "pmag-ba", "--board", "s161", HEARTH).expect(2, "--graphics", "dec5000")
    kuseg("--window", "--board", "s161", HEARTH).expect(2, "--window", "dec5000")
    kuseg("--graphics", "vga", "--board", "dec5000", HEARTH).expect(2, "pmag-ba pmag-aa")
    shot = ("--screen-shot", "a.txt")
    kuseg(*shot, "--board", "dec5000", HEARTH).expect(2, "a.txt", "PNG")


@case
def a_terminal_is_told_how_to_see_it():
    need_linux()
    os.makedirs(".sockets")
    machine = subprocess.Popen(
        [KUSEG, "run", "--screen", SOCKET, "--initrd", INITRAMFS, KERNEL, "console=ttyS3"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    try:
        machine.stdout.read(1)
        command(KUSEG, "console", SOCKET).expect(2, SOCKET, "pixels", "--shot")
        write("a.txt", "kept?")
        command(KUSEG, "console", "--shot", "a.txt").expect(2, "a.txt", "pixels")
        for _ in range(5):
            command(KUSEG, "console", "--shot", "a.png").expect(0)
        equal(Png("a.png").width, 1024)
    finally:
        machine.terminate()
        machine.communicate(timeout=SECONDS)


main()
