#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The program on a terminal, on pipes, and asked to end: it leaves a terminal as it found it."""
import os
import signal
import subprocess
import termios

from boot import HEARTH, KUSEG, Terminal, case, contains, equal, guest, kuseg, main


def at_prompt(*options):
    term = Terminal(KUSEG, "run", *options, HEARTH)
    term.wait_for("hearth> ")
    return term


def ends(term, code):
    """With this exit code and the terminal as before. The rest of what it showed."""
    equal(term.exit_code(), code, "exit code")
    equal(term.attributes(), term.before, "terminal")
    rest = term.rest()
    term.close()
    return rest


@case
def a_conversation():
    term = at_prompt()
    assert term.is_raw()
    term.type("echo hello\n")
    term.wait_for("echo hello")
    term.wait_for("hello")
    term.wait_for("hearth> ")
    term.type("halt 5\n")
    contains(ends(term, 5), "halted with code 5")


@case
def characters_come_one_by_one():
    """The guest, not the terminal, edits the line."""
    term = at_prompt()
    term.type("ech")
    term.wait_for("ech")
    term.type("x\bo it works\n")
    term.wait_for("\nit works")
    term.type("halt\n")
    ends(term, 0)


@case
def control_d_is_a_good_end():
    """Whatever a program said before."""
    term = at_prompt()
    term.type("exit 5\n")
    term.wait_for("ended with status 5")
    term.wait_for("hearth> ")
    term.type("\x04")
    contains(ends(term, 0), "halted with code 0")


@case
def help_names_the_programs():
    term = at_prompt()
    term.type("help\n")
    shown = term.wait_for("hearth> ")
    contains(shown, "selftest", "bench ", "stress", "ls /bin")
    term.type("halt\n")
    ends(term, 0)


@case
def signals_end_it():
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        term = at_prompt()
        term.kill(sig)
        contains(ends(term, 3), "ended on request")
        term = Terminal(KUSEG, "run", HEARTH, "echo on; bench sieve 100000000")
        term.wait_for("on\r\n")
        term.kill(sig)
        contains(ends(term, 3), "ended on request")


@case
def control_c_ends_it():
    term = at_prompt()
    term.type("\x03")
    contains(ends(term, 3), "ended on request")


@case
def control_c_can_be_the_guests():
    term = at_prompt("--pass-signals")
    term.type("bench sieve 100000000\n")
    term.wait_for("bench sieve 100000000")
    term.type_until("\x03", "hearth> ")
    term.type("halt 6\n")
    ends(term, 6)


@case
def a_closed_terminal_ends_it():
    for words in ("", "bench sieve 100000000"):
        term = Terminal(KUSEG, "run", HEARTH, "echo on;" + words)
        term.wait_for("on\r\n")
        term.close()
        equal(term.exit_code(), 3)


@case
def control_z_and_fg():
    term = at_prompt()
    for _ in range(2):
        term.type("\x1a")
        term.wait_stopped()
        equal(term.attributes(), term.before, "terminal while stopped")
        term.kill(signal.SIGCONT)
        term.type("echo back\n")
        term.wait_for("\nback")
        term.wait_for("hearth> ")
        assert term.is_raw()
    term.type("halt 7\n")
    ends(term, 7)


@case
def every_end_leaves_the_terminal():
    for words, code in (("halt 9", 9), ("panic", 1)):
        ends(Terminal(KUSEG, "run", HEARTH, words), code)
    ends(Terminal(KUSEG, "run", "no-such-kernel"), 2)
    ends(Terminal(KUSEG, "run", "--stats", "/nowhere/s", HEARTH, "halt"), 2)


@case
def odd_terminals_are_put_back():
    script = f"trap : INT; stty -echo intr ^X; stty -a; {KUSEG} run {HEARTH}; stty -a"
    term = Terminal("/bin/sh", "-c", script)
    shown = term.wait_for("hearth> ")
    contains(shown, "-echo ", "intr = ^X")
    term.type("\x18")
    term.wait_for("ended on request")
    equal(term.exit_code(), 0)
    contains(term.rest(), "-echo ", "intr = ^X", " icanon ")
    term.close()


@case
def lines_are_whole_on_a_raw_terminal():
    """Messages of the monitor begin in the first column, on a line of their own."""
    term = at_prompt()
    term.type("\x03")
    shown = ends(term, 3)
    equal(shown[:9], "\r\nkuseg: ", "after the prompt")
    for line in shown.split("\n")[:-1]:
        assert line.endswith("\r"), line
    term = Terminal("/bin/sh", "-c", f"{KUSEG} run {HEARTH} 'echo a' 2>err </dev/null; cat err")
    term.wait_for("hearth> kuseg: ")  # they go elsewhere: the prompt's line is not ended
    equal(term.exit_code(), 0)
    term.close()


@case
def what_ends_its_line_gets_no_second_end():
    term = Terminal("/bin/sh", "-c", f"{KUSEG} run {HEARTH} panic; echo")
    term.wait_for("panic")
    equal(term.exit_code(), 0)
    assert "\r\n\r\nkuseg" not in term.rest()
    term.close()


# ---- pipes ----


@case
def input_that_ends_is_no_end():
    kuseg("--warp", HEARTH, "echo a; sleep 50; bench sort 1; halt 5").expect(5, "a\n")


@case
def waiting_for_input_that_ended_is():
    run = kuseg(HEARTH, "echo a")
    run.expect(1, "no more input")
    contains(run.out, "a\nhearth> ")


@case
def typing_ahead_is_kept():
    typed = "".join(f"echo number {i}\n" for i in range(20)) + "halt 5\n"
    run = kuseg(HEARTH, typed=typed).expect(5)
    said = "".join(f"hearth> echo number {i}\nnumber {i}\n" for i in range(20))
    contains(run.out, said + "hearth> halt 5\n")  # each line behind its prompt


@case
def typing_ahead_can_be_edited():
    term = at_prompt()
    term.type("sleep 300\n")
    term.wait_for("sleep 300\r\n")
    term.type("ex\bcho onne\b\be; echo two\necho nix\x15halt 5\n")
    term.wait_for("hearth> echo one; echo two\r\none\r\ntwo\r\nhearth> halt 5\r\n")
    contains(ends(term, 5), "halted with code 5")


@case
def a_reader_that_leaves_is_survived():
    read, write = os.pipe()
    os.close(read)
    run = guest("bench sort 1; echo a; echo b; halt 8", stdout=write)
    os.close(write)
    run.expect(8)
    equal(run.err.count("cannot write to standard output any more"), 1, "warnings")


@case
def a_full_device_as_output_is_survived():
    with open("/dev/full", "wb") as full:
        guest("echo a; halt 8", stdout=full).expect(8, "standard output")


@case
def a_slow_reader_gets_everything():
    run = subprocess.Popen(
        [KUSEG, "run", "--warp", HEARTH, "help; " * 40 + "halt 2"], stdout=subprocess.PIPE
    )
    out = b""
    while chunk := os.read(run.stdout.fileno(), 97):
        out += chunk
    equal(run.wait(timeout=20), 2)
    run.stdout.close()
    equal(out.count(b"programs: selftest, "), 40)


@case
def a_reader_that_stops_reading_does_not_hold_the_end():
    read, write = os.pipe()
    run = subprocess.Popen([KUSEG, "run", "--warp", HEARTH, "help; " * 200], stdout=write)
    os.close(write)
    os.read(read, 1)
    run.terminate()
    equal(run.wait(timeout=10), 3)
    os.close(read)


@case
def attributes_are_not_touched_when_input_is_no_terminal():
    term = Terminal("/bin/sh", "-c", f"{KUSEG} run {HEARTH} 'echo on; sleep 300; halt' </dev/null")
    term.wait_for("on\r\n")
    equal(bool(term.attributes()[3] & termios.ICANON), True)
    ends(term, 0)


main()
