#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Virtual and real time: an idle guest waits for the wall and costs next to nothing. Only bounds
that a busy host can't break."""
import resource
import signal
import time

from boot import HEARTH, KUSEG, Terminal, case, equal, guest, kuseg, main


def seconds(run):
    start = time.monotonic()
    run()
    return time.monotonic() - start


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@case
def sleeping_takes_its_time():
    took = seconds(lambda: kuseg(HEARTH, "sleep 500; halt").expect(0))
    assert took >= 0.4, took


@case
def with_warp_it_does_not():
    took = seconds(lambda: guest("sleep 100000; halt").expect(0))
    assert took < 50, took


@case
def a_busy_stretch_is_not_made_up_for():
    """Virtual time runs ahead of the wall while busy; nobody waits for the wall afterwards."""
    took = seconds(lambda: kuseg(HEARTH, "bench sieve 60; sleep 200; halt").expect(0))
    assert took >= 0.15, took


@case
def idle_costs_next_to_nothing():
    """At the prompt, with 8 CPUs, for 2 seconds."""
    before = cpu_seconds()
    term = Terminal(KUSEG, "run", "-n", "8", HEARTH)
    term.wait_for("hearth> ")
    time.sleep(2)
    term.type("halt\n")
    equal(term.exit_code(), 0)
    term.close()
    used = cpu_seconds() - before
    assert used < 0.4, used


@case
def typing_wakes_an_idle_guest():
    term = Terminal(KUSEG, "run", HEARTH)
    term.wait_for("hearth> ")
    time.sleep(0.3)
    start = time.monotonic()
    term.type("echo so\n")
    term.wait_for("\nso")
    took = time.monotonic() - start
    term.type("halt\n")
    equal(term.exit_code(), 0)
    term.close()
    assert took < 2, took


@case
def a_sleeping_guest_is_ended_at_once():
    term = Terminal(KUSEG, "run", HEARTH, "echo on; sleep 100000")
    term.wait_for("on\r\n")
    term.kill(signal.SIGTERM)
    equal(term.exit_code(5), 3)
    term.close()


main()
