#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Debian's gdb against hearth: what a student does with it, and that the guest does not notice."""
import os
import random
import re
import socket
import subprocess

from boot import HEARTH, KUSEG, Skip, Terminal, case, contains, equal, main, write
from debugger import (
    ADDRESS, HEARTH_DEC, Client, Guest, Mi, debug, gdb, in_order, state, state_without
)

# ---- stopping ----


@case
def breaks_in_the_kernel():
    text = debug(
        "halt",
        "break exec_load",
        "continue",
        "backtrace",
        "print path",
        "finish",
        "next",
        "step",
        "stepi",
        "info registers sp",
        "detach",
    )
    in_order(text, "Breakpoint 1, exec_load", 'path=0x', '"/bin/sh"', "#1", "proc_spawn", "main_boot")
    in_order(text, "Value returned is $2 = 0", "proc.c:", "detached")


@case
def breaks_in_a_program():
    text = debug(
        "hello; halt",
        "break main",
        "continue",
        "backtrace 2",
        "x/i $pc",
        "print $asid",
        "detach",
        symbols=HEARTH + ".parts/hello.sym",
    )
    in_order(text, "Breakpoint 1, main", "hello.c", "=> 0x", "<main")


@case
def hardware_and_temporary_breakpoints():
    text = debug(
        "halt", "hbreak exec_load", "tbreak proc_spawn", "continue", "continue", "info breakpoints",
        "detach",
    )
    in_order(text, "Temporary breakpoint 2, ", "proc_spawn", "Breakpoint 1, exec_load",
             "breakpoint already hit 1 time")


@case
def watches_writes_reads_and_both():
    text = debug(
        "halt",
        "break main_add_argument",
        "continue",
        "watch main_args.count",
        "continue",
        "continue",
        "delete 2",
        "rwatch main_args.length",
        "continue",
        "delete 3",
        "awatch main_args.count",
        "continue",
        "detach",
    )
    in_order(text, "Hardware watchpoint 2: main_args.count", "Old value = 0", "New value = 1")
    in_order(text, "Hardware read watchpoint 3: main_args.length", "Value = ")
    in_order(text, "Hardware access (read/write) watchpoint 4: main_args.count", "alue = ")


@case
def conditions_are_evaluated_in_the_monitor():
    text = debug(
        "hello; hello; echo a; hello; halt",
        "break file_open if flags == 0 && *(path + 5) == 104",
        "continue",
        "print path",
        "continue",
        "continue",
        "info breakpoints",
        "detach",
        first=("set remotelogfile packets",),
    )
    equal(text.count("Breakpoint 1, file_open"), 3, text)
    contains(text, '"/bin/hello"', "breakpoint already hit 3 times", "target evals")
    with open("packets", encoding="ascii", errors="replace") as f:
        packets = f.read()
    assert re.search(r"w \$Z0,8000[0-9a-f]+,4;X", packets), packets[:4000]
    equal(packets.count("swbreak"), 7, packets)


@case
def ides_attach_pause_and_change_breakpoints_while_it_runs():
    """The commands of VS Code's C/C++ extension and of CLion, in their order."""
    there = Guest("", wait=False, stdin=subprocess.PIPE)  # it waits for what is typed
    mi = Mi()
    try:
        mi("-gdb-set mi-async on")
        mi(f"-file-exec-and-symbols {HEARTH}")
        mi("-break-insert -f clock_read")
        mi(f"-target-select remote {ADDRESS}", "^connected")
        mi("-thread-info")
        for change in ("-break-insert -f -c \"fs == 0\" binfs_open", "-break-delete 1",
                       "-break-insert -f proc_spawn", "-break-delete 3"):
            mi("-exec-continue", "*running")
            contains(mi("-exec-interrupt", "*stopped"), 'signal-name="SIGINT"')
            mi(change)
            contains(mi("-stack-list-frames"), "level=")
        mi("-break-insert -f proc_exit")
        os.write(there.run.stdin.fileno(), b"hello\nhalt 9\n")
        contains(mi("-exec-continue", "*stopped"), 'reason="breakpoint-hit"', "proc_exit")
        contains(mi("-exec-next", "*stopped"), 'reason="end-stepping-range"')
        contains(mi("-exec-step", "*stopped"), 'reason="end-stepping-range"')
        contains(mi("-exec-finish", "*stopped"), "reason=")
        mi("-data-list-register-values --skip-unavailable x")
        mi("-data-read-memory-bytes 0x80000000 16")
        mi("-data-evaluate-expression proc_table")
        mi("-target-detach")
        mi("-gdb-exit", "^exit")
        mi.end()
        there.end(9)
    finally:
        mi.run.kill()
        there.run.kill()


@case
def several_cpus_are_threads():
    text = debug(
        "bench fork 2; halt",
        "info threads",
        "break file_open",
        "continue",
        "info threads",
        "thread apply all print $pc",
        "thread 2",
        "stepi",
        "set scheduler-locking on",
        "stepi",
        "print $_thread",
        "detach",
        options=("-n", "2"),
    )
    first = text[: text.index("Breakpoint 1")]
    contains(first, 'Thread 1 "cpu0"')
    assert 'Thread 2 "cpu1"' not in first, first
    in_order(text, "Breakpoint 1", 'Thread 1 "cpu0"', 'Thread 2 "cpu1"', "Thread 2 (Thread 2 ",
             "[Switching to thread 2", "$3 = 2")


# ---- looking and changing ----


@case
def memory_and_registers_are_written():
    text = debug(
        "echo one; halt 5",
        "break main_boot",
        "continue",
        "print (char *)a0",
        "set var ((char *)a0)[5] = 'O'",
        "print (char *)a0",
        "set $k0 = 0x12345678",
        "print/x $k0",
        "print/x *(int *)0x7fff0000",
        "print/x *(int *)0xbfe00000",
        "set $zero = 5",
        "print $zero",
        "detach",
        status=5,
    )
    in_order(text, '"echo one; halt 5"', '"echo One; halt 5"', "0x12345678", "Cannot access memory at address 0x7fff0000",
             "Cannot access memory at address 0xbfe00000")


@case
def floating_point_registers_are_shown_and_written():
    if not os.path.exists(HEARTH_DEC):
        raise Skip("there is no mipsel-linux-gnu-gcc (Debian's package gcc-mipsel-linux-gnu)")
    there = Guest("halt", "--board", "dec5000", kernel=HEARTH_DEC)
    try:
        text = gdb(
            "set $f0 = 1.5",
            "set $f2 = 2.25",
            "set *(int *)0x80001000 = 0x46020100",  # add.s
            "set $status = 0x20000000",
            "set $pc = 0x80001000",
            "x/i $pc",
            "stepi",
            "print $f4",
            "set $f6 = 0",
            "set $f7 = 1.875",  # the high word of 1.0
            "print/x $fcsr",
            "info registers f6",
            "set $fcsr = 0xfffffff1",
            "print/x $fcsr",
            "print/x $cause & 0x8000",
            "set $fir = 1",
            "info registers fir",
            "kill",
            symbols=HEARTH_DEC,
        )
        there.run.wait(timeout=60)
    finally:
        there.run.kill()
    in_order(text, "add.s\t$f4,$f0,$f2", "$1 = 3.75", "$2 = 0x0", "dbl: 1 ", "$3 = 0x83fff1", "0x8000")
    in_order(text, "fir: 0x340")
    contains(debug("halt", "info registers fcsr", "detach"), "<unavailable>")


@case
def monitor_commands_show_the_machine():
    text = debug(
        "hello; halt",
        "monitor",
        "break file_open",
        "continue",
        "continue",
        "monitor cpu",
        "monitor tlb",
        "monitor irqs",
        "monitor devices",
        "monitor devices lb_timer",
        "monitor when",
        "monitor trace exc",
        "monitor trace off",
        "monitor trace nonsense",
        "monitor phys 0x400 16",
        "monitor asid",
        "monitor tlb 7",
        "monitor nonsense",
        "detach",
    )
    in_order(text, "devices [NAME]", "cpu0: pc 8000", "kernel mode", "valid TLB entries", "asid",
             "cpu0: interrupts are", "bus", "lb_serial, slot", "lb_timer, slot", "armed:",
             "cycle ", "traced: exc", "traced: nothing", "nothing to trace is called 'nonsense'",
             "0x00000400: 0x", "looking at what each thread sees", "'7' is out of range",
             "there is no command 'nonsense'")


@case
def one_address_space_can_be_chosen():
    """Two programs run main at one address; a breakpoint bound to the ASID of the shell alone."""
    hello = HEARTH + ".parts/hello.sym"
    text = debug(
        "hello; hello; halt",
        "break main",
        "continue",
        "print $asid",
        "monitor asid",
        "stepi",
        "stepi",
        "eval \"monitor asid %d\", $asid",
        "print/x *(int *)$sp",
        "monitor asid 63",
        "print/x *(int *)$sp",
        "continue",
        symbols=hello,
        status=0,
    )
    in_order(text, "Breakpoint 1, main", "current on cpu0", "looking at asid", "$2 = 0x",
             "looking at asid 63", "Cannot access memory", "exited normally")
    equal(text.count("Breakpoint 1, main"), 1, text)


# ---- the guest does not notice ----

SEEN = "bench sort 2; hello; bench fork 2; halt"


@case
def a_debugged_guest_ends_as_any():
    for options in ((), ("--engine", "jit"), ("-n", "2", "-m", "4M")):
        plain = state_without(SEEN, *options)
        debug(SEEN, "detach", options=options)
        equal(state(), plain, "after detach")
        debug(
            SEEN,
            "break exec_load",
            "rwatch proc_table",
            "continue",
            "backtrace",
            "continue",
            "monitor tlb",
            "x/100x $sp",
            "delete",
            "break file_close if 0",
            "stepi",
            "continue",
            options=options,
        )
        if "-n" not in options:
            equal(state(), plain, "after breakpoints and steps")


@case
def a_vanished_debugger_lets_it_run():
    plain = state_without(SEEN)
    there = Guest(SEEN)
    client = Client(ADDRESS)
    client.ask("Z0,80000400,4")
    client.ask("Z2,80000400,100")
    client.close()
    there.end(0)
    equal(state(), plain)


# ---- ends ----


@case
def restart_runs_it_again():
    there = Guest("echo here; halt 7")
    text = gdb(
        "tbreak exec_load",
        "continue",
        "monitor when",
        "tbreak main_boot",
        "run",
        "monitor when",
        "continue",
        "info program",
        "tbreak main_boot",
        "run",
        "print (char *)a0",
        "kill",
        "quit",
        target=f"target extended-remote {ADDRESS}",
    )
    in_order(text, "Temporary breakpoint 1, exec_load", "Temporary breakpoint 2, main_boot",
             "exited with code 07", "Temporary breakpoint 3, main_boot", '"echo here; halt 7"')
    cycles = [int(n) for n in re.findall(r"cycle (\d+),", text)]
    assert cycles[1] < cycles[0], cycles
    there.end(3)


@case
def a_crash_waits_for_a_debugger():
    """A CPU that finds two equal TLB entries stops; the debugger comes and finds it there."""
    there = Guest("halt")
    text = gdb(
        "break main_boot",
        "continue",
        "set $entryhi = 0x5000",
        "set $pc = 0x80000400",
        "set *(int *)0x80000400 = 0x42000002",
        "set *(int *)0x80000404 = 0x24080100",
        "set *(int *)0x80000408 = 0x40880000",
        "set *(int *)0x8000040c = 0x42000002",
        "set *(int *)0x80000410 = 0x1000fffb",
        "set *(int *)0x80000414 = 0",
        "delete",
        "continue",
        "detach",
    )
    in_order(text, "Program received signal SIGABRT")
    contains(there.end(1), "cpu0")


# ---- clients that are no gdb ----


@case
def hostile_clients_do_no_harm():
    plain = state_without(SEEN)
    there = Guest(SEEN)
    for data in (b"", b"$", b"$m80000000,4", b"\3" * 1000, b"#00" * 1000, b"$" * 100000, b"-" * 50,
                 b"$" + b"x" * 300000, random.Random(1).randbytes(5000).replace(b"$", b"")):
        client = Client(ADDRESS)
        try:
            client.send(data)
        except OSError:
            pass  # dropped
        client.close()
    last = Client(ADDRESS)
    equal(last.ask("D"), "OK")
    there.end(0)
    equal(state(), plain)


@case
def one_client_at_a_time():
    there = Guest("halt")
    silent = Client(ADDRESS)
    first = Client(ADDRESS)  # takes the place of one that has said nothing
    equal(first.ask("qC"), "QC1")
    equal(silent.rest(), b"")
    second = Client(ADDRESS)
    contains(second.rest().decode(), "another debugger is connected")
    equal(first.ask("qAttached"), "1")
    equal(first.ask("D"), "OK")
    there.end(0)


@case
def one_that_does_not_read_is_dropped():
    plain = state_without("halt")
    there = Guest("halt")
    client = Client(ADDRESS)
    client.ask("QStartNoAckMode")
    client.s.settimeout(10)
    try:
        for _ in range(2000):
            client.send(b"$m80000000,1000#e2" * 100)
        raise AssertionError("it was not dropped")
    except OSError:
        pass
    there.end(0)
    equal(state(), plain)


def free_port():
    with socket.socket() as s:
        s.bind(("localhost", 0))
        return str(s.getsockname()[1])


@case
def a_port_on_the_loopback():
    number = free_port()
    there = Guest("halt", address="localhost:" + number)
    client = Client(number)
    equal(client.ask("D"), "OK")
    there.end(0)


# ---- as sys161 ----


def sys161(*args):
    write("sys161.conf", "0 serial\n29 timer\n31 mainboard ramsize=1M cpus=1\n")
    if not os.path.exists("sys161"):
        os.symlink(KUSEG, "sys161")
    return Terminal(os.path.abspath("sys161"), *args)


@case
def sys161_waits_at_its_socket():
    term = sys161("-w", HEARTH, "halt")
    term.wait_for("waiting for a debugger")
    assert os.path.exists(".sockets/gdb")
    client = Client(".sockets/gdb")
    equal(client.ask("D"), "OK")
    equal(term.exit_code(), 0)
    assert not os.path.exists(".sockets/gdb")
    term.close()


@case
def sys161_keeps_a_history_if_a_debugger_is_expected():
    for args, kept in ((("-w",), True), ((), False)):
        term = sys161(*args, HEARTH)
        term.wait_for("waiting for a debugger" if kept else "hearth> ")
        client = Client(".sockets/gdb")
        equal("ReverseStep+" in client.ask("qSupported"), kept, args)
        equal(client.ask("D"), "OK")
        if kept:
            term.wait_for("hearth> ")
        term.type("halt\n")
        equal(term.exit_code(), 0)
        term.close()


@case
def sys161_listens_on_a_port():
    port = free_port()
    term = sys161("-w", "-p", port, HEARTH, "halt")
    term.wait_for("waiting for a debugger")
    assert not os.path.exists(".sockets/gdb")
    client = Client(port)
    equal(client.ask("D"), "OK")
    equal(term.exit_code(), 0)
    term.close()


# The kernel begins with this; two equal TLB entries stop a CPU.
STOPPER = ("42000002", "24080100", "40880000", "42000002")


@case
def sys161_keeps_a_crash_for_gdb():
    term = sys161("-w", HEARTH, "halt")
    term.wait_for("waiting for a debugger")
    client = Client(".sockets/gdb")
    equal(client.ask("M80000400,10:" + "".join(STOPPER)), "OK")
    equal(client.ask("P48=00000000"), "OK")  # index
    equal(client.ask("P4c=00005000"), "OK")  # entryhi
    equal(client.ask("P25=80000400"), "OK")
    contains(client.ask("vCont;c"), "T06thread:1")
    equal(client.ask("D"), "OK")
    equal(term.exit_code(), 1)
    term.close()


@case
def control_g_is_for_the_debugger():
    term = sys161(HEARTH)
    term.wait_for("hearth> ")
    term.type("\a")
    term.wait_for("waiting for a debugger")
    client = Client(".sockets/gdb")
    contains(client.ask("?"), "T05thread:1")
    client.close()
    term.type("halt\n")
    equal(term.exit_code(), 0)
    term.close()
    term = sys161("-X", HEARTH)
    term.wait_for("hearth> ")
    term.type("\ahalt\n")
    equal(term.exit_code(), 0)
    term.close()


main()
