#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Machines that talk over a hub, and hubs and machines among hostile or dying others."""
import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import time

from boot import HEARTH, KUSEG, case, command, contains, equal, main, write

MAGIC, BROADCAST = 0xA4B3, 0xFFFF
HERE = 17


def conf(hwaddr, hub=".sockets/hub"):
    return (
        f"0 serial\n5 nic hwaddr={hwaddr} hub={hub}\n28 random\n29 timer\n"
        "31 mainboard ramsize=1M cpus=1\n"
    )


def frame(source, to, data=b""):
    return struct.pack(">4H", MAGIC, source, 8 + len(data), to) + data


class Process:
    """A program in the background. What it prints on both streams is waited for by text."""

    def __init__(self, *args, cwd="."):
        self.seen, self.all = "", ""
        self.run = subprocess.Popen(
            args,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def wait_for(self, text, seconds=30):
        end = time.monotonic() + seconds
        fd = self.run.stdout.fileno()
        while text not in self.seen:
            left = end - time.monotonic()
            data = b""
            if left > 0 and select.select([fd], [], [], left)[0]:
                data = os.read(fd, 65536)
            if not data:
                raise AssertionError(f"no {text!r} from {self.run.args} in:\n{self.all}")
            self.seen += data.decode(errors="replace")
            self.all += data.decode(errors="replace")
        self.seen = self.seen.partition(text)[2]

    def end(self, status, *parts, sig=None):
        """Its exit status, perhaps after a signal, and texts that it printed in all."""
        if sig:
            self.run.send_signal(sig)
        out, _ = self.run.communicate(timeout=60)
        self.all += out.decode(errors="replace")
        equal(self.run.returncode, status, f"exit status of {self.run.args}; it said:\n{self.all}")
        contains(self.all, *parts)
        return self.all


def hub(*options, path=".sockets/hub", name="hub161"):
    if not os.path.exists(name):
        os.symlink(KUSEG, name)
    run = Process("./" + name, *options, path)
    run.wait_for("Listening on " + path)
    return run


def machine(hwaddr, words, hub_path="../.sockets/hub", call=None):
    """In a directory of its own."""
    folder = f"m{hwaddr}"
    os.makedirs(folder, exist_ok=True)
    write(f"{folder}/sys161.conf", conf(hwaddr, hub_path))
    args = call or (KUSEG, "run", "-c", "sys161.conf")
    return Process(*args, HEARTH, words, cwd=folder)


def listening(hwaddr, words, **more):
    """One whose kernel takes frames from now on."""
    run = machine(hwaddr, "cat /sys/net; " + words, **more)
    run.wait_for(f"address {hwaddr}")
    return run


def counters(text):
    return json.loads(text[text.index("{") :])


# ---- machines ----


@case
def two_machines_talk():
    h = hub("--json", "-")
    echo = listening(HERE, "net echo 3; cat /sys/net; halt 4")
    ping = machine(4660, "net ping 17 3; halt 5")
    ping.end(5, "carrier detected", "pong 1 from 17", "pong 3 from 17", "3 of 3 answered")
    echo.end(4, "address 17, with carrier; 3 frames sent, 3 received, 0 dropped")
    c = counters(h.end(0, "adding 0011 from /", "adding 1234 from /", sig=signal.SIGTERM))
    equal(c["frames"], 6)
    equal((c["cards"], c["refused"], c["lost"], c["dropped"]), (2, 0, 0, 0))
    equal(os.listdir(".sockets"), [], "sockets left behind")


@case
def options_plug_a_card_in():
    h = hub(path="here")
    echo = Process(KUSEG, "run", "--nic", "1", "--hub", "here", HEARTH, "cat /sys/net; net echo 1; halt 3")
    echo.wait_for("address 1, with carrier")
    ping = Process(KUSEG, "run", "--nic", "2", "--hub", "here", HEARTH, "net ping 1; halt 4")
    ping.end(4, "1 of 1 answered")
    echo.end(3)
    h.end(0, sig=signal.SIGTERM)
    command(KUSEG, "run", "--nic", "65535").expect(2, "--nic")
    command(KUSEG, "run", "--nic", "1", "--hub", "x" * 120).expect(2, "--nic", "hub=xxx")


@case
def everybody_hears_a_broadcast():
    h = hub()
    others = [listening(n, "net listen 1; halt 3") for n in (2, 3)]
    # Its own frames come back to a card, as from the original hub.
    me = machine(1, "cat /sys/net; net send 65535 hello to all; net listen 1; halt 3")
    for run in [*others, me]:
        run.end(3, "1 to 65535: hello to all")
    h.end(0, sig=signal.SIGINT)


@case
def called_as_sys161_frames_are_counted():
    h = hub()
    os.symlink(KUSEG, "sys161")
    sim = (os.path.abspath("sys161"), "-X")
    echo = listening(HERE, "net echo 2; halt", call=sim)
    ping = machine(4660, "net ping 17 2; cat /sys/net; halt", call=sim)
    # STATUS is the original's: nothing about the carrier.
    ping.end(0, "2 of 2 answered", "address 4660; 2 frames", "2r/2w net")
    echo.end(0, "2r/2w net")
    h.end(0, sig=signal.SIGTERM)


@case
def trace161_shows_frames():
    h = hub()
    os.symlink(KUSEG, "trace161")
    sim = (os.path.abspath("trace161"), "-X", "-tn", "-f", "trace.out")
    echo = listening(HERE, "net echo 2; halt")
    ping = machine(4660, "net ping 17 2; halt", call=sim)
    ping.end(0, "2 of 2 answered")
    echo.end(0)
    with open("m4660/trace.out", encoding="ascii") as f:
        text = f.read()
    contains(text, "carrier")
    sent, got = text.count("net: slot 5: sent "), len(re.findall(r"bytes from 0011\b", text))
    equal((sent, got), (2, 2), text)
    h.end(0, sig=signal.SIGTERM)


@case
def frames_are_lost_on_request():
    h = hub("--loss", "100", "--json", "counters")
    machine(1, "net ping 1; halt").end(1, "no answer to ping 1", "0 of 1 answered")
    h.end(0, sig=signal.SIGTERM)
    with open("counters", encoding="ascii") as f:
        equal(json.load(f)["lost"], 1)


@case
def frames_are_delayed_on_request():
    h = hub("--delay", "300ms")
    echo = listening(HERE, "net echo 1; halt")
    machine(4660, "net ping 17; halt").end(0, "1 of 1 answered")
    echo.end(0)
    card = Card(1)
    start = time.monotonic()
    for i in range(3):
        card.send(frame(1, 1, b"%d" % i))
    equal([card.receive()[8:] for _ in range(3)], [b"0", b"1", b"2"])
    assert time.monotonic() - start >= 0.3
    h.end(0, sig=signal.SIGTERM)


# ---- hubs that come and go ----


@case
def a_missing_hub_costs_the_carrier_only():
    run = machine(1, "cat /sys/net; halt 6")
    run.end(6, "no hub answers at ../.sockets/hub", "'kuseg hub ../.sockets/hub'", "address 1;")


@case
def a_hub_is_found_when_it_comes():
    run = machine(1, "net listen 1; halt 7")
    run.wait_for("no hub answers")
    for _ in range(2):
        h = hub()
        run.wait_for("carrier detected")
        h.end(0, sig=signal.SIGTERM)
        run.wait_for("lost carrier")
    h = hub()
    run.wait_for("carrier detected")
    machine(2, "net send 1 you; halt").end(0)
    run.end(7, "2 to 1: you")
    h.end(0, sig=signal.SIGTERM)


@case
def a_hub_that_does_not_read_holds_up_nobody():
    deaf = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    os.mkdir(".sockets")
    deaf.bind(".sockets/hub")
    machine(1, "net send 2 a; " * 30 + "halt 8").end(8)
    deaf.close()


@case
def a_hub_that_floods_is_survived():
    evil = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    os.mkdir(".sockets")
    evil.bind(".sockets/hub")
    run = listening(1, "net listen 5; bench sieve 20; cat /sys/net; halt 9")
    _, card = evil.recvfrom(9000)
    evil.setblocking(False)
    good = frame(7, 1, b"x" * 40)
    bad = [b"", b"?", good[:-1], good + b"?", b"\0\0" + good[2:], frame(7, 2), b"y" * 9000]
    bad += [frame(7, 1, bytes(4088)), frame(7, 1, bytes(4089)), frame(7, BROADCAST)]
    while run.run.poll() is None:
        for data in bad + [good] * 3:
            try:
                evil.sendto(data, card)
            except OSError:
                pass
    run.end(9, "7 to 1: x")
    evil.close()


# ---- what can't be ----


@case
def one_address_twice_is_refused():
    first = listening(1, "net listen 1; halt")
    machine(1, "halt").end(2, "sys161.conf:2", "address 1", "hwaddr")
    first.run.kill()
    first.run.wait()
    assert os.path.exists("m1/.sockets/net-0001")  # left behind, and no hindrance
    machine(1, "halt 3").end(3)


@case
def paths_that_are_too_long():
    machine(1, "halt", hub_path="x" * 120).end(2, "sys161.conf:2", "hub=xxx", "107")
    deep = "y" * 60 + "/" + "z" * 60
    os.makedirs(deep)
    write(deep + "/sys161.conf", conf(1))
    command(KUSEG, "run", "-c", "sys161.conf", HEARTH, "halt", cwd=deep).expect(2, "too long")
    hub().end(0, sig=signal.SIGTERM)
    command("./hub161", "x" * 120 + "/hub").expect(1, "107")


@case
def the_hubs_own_place():
    h = hub()
    command("./hub161").expect(1, "another hub is running there")
    h.end(0, sig=signal.SIGHUP)
    h = hub()
    h.end(-9, sig=signal.SIGKILL)
    hub().end(0, sig=signal.SIGTERM)  # over the dead one's socket
    write("precious", "data")
    command("./hub161", "./precious").expect(1, "./precious")
    with open("precious", encoding="ascii") as f:
        equal(f.read(), "data")
    command("./hub161", "/nowhere/hub").expect(1, "/nowhere/hub")


@case
def the_hubs_command_line():
    hub().end(0, sig=signal.SIGTERM)
    for words in (["a", "b"], ["-q"], ["--loss"], ["--loss", "101"]):
        command("./hub161", *words).expect(
            3, "Usage: hub161 [socketname]", "Default socket is .sockets/hub"
        )
        command(KUSEG, "hub", *words).expect(2, "usage: kuseg hub")
    command(KUSEG, "hub", "--help").expect(0, "--delay TIME")
    command(KUSEG, "hub", "--json", "/nowhere/counters").expect(2, "/nowhere/counters")
    run = Process(KUSEG, "hub", "--json", "/dev/full")
    run.wait_for("kuseg hub: Listening on .sockets/hub")
    run.end(2, "/dev/full", sig=signal.SIGTERM)


# ---- hostile cards ----


class Card:
    """A socket that speaks to the hub; without address the kernel gives it no path."""

    def __init__(self, addr=None):
        self.addr = addr
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if addr:
            self.sock.bind(os.path.abspath(f"card-{addr}"))
            self.send(frame(addr, 0))
        self.sock.settimeout(20)

    def send(self, data):
        self.sock.sendto(data, ".sockets/hub")

    def receive(self):
        return self.sock.recv(9000)

    def all_there_is(self):
        frames = []
        while select.select([self.sock], [], [], 0.1)[0]:
            frames.append(self.receive())
        return frames


@case
def the_hub_says_what_is_wrong():
    h = hub()
    card = Card(5)
    h.wait_for("hub161: adding 0005 from /")
    for data, says in (
        (b"", "hub161: runt packet (size 0)"),
        (b"1234567", "hub161: runt packet (size 7)"),
        (b"12345678", "hub161: frame error [3132]"),
        (frame(5, 6) + b"?", "hub161: bad size [0008 0009]"),
        (bytes.fromhex("a4b3000513880006") + bytes(4992), "hub161: bad size [1388 1001]"),
        (frame(BROADCAST, 5), "hub161: packet came from broadcast addr (dropped)"),
    ):
        card.send(data)
        h.wait_for(says)
    Card().send(frame(9, 5))
    h.wait_for("hub161: packet from 0009, whose socket has no path")
    card.send(frame(5, 5, b"still there"))
    equal(card.receive(), frame(5, 5, b"still there"))
    h.end(0, sig=signal.SIGTERM)


@case
def a_card_that_does_not_read_holds_up_nobody():
    h = hub("--json", "-")
    deaf, good = Card(1), Card(2)
    for i in range(2000):
        data = frame(2, BROADCAST, b"%d" % i)
        good.send(data)
        equal(good.receive(), data)
    equal(deaf.receive(), frame(2, BROADCAST, b"0"))
    c = counters(h.end(0, sig=signal.SIGTERM))
    assert c["dropped"] > 1000, c


@case
def a_dead_card_is_forgotten():
    h = hub()
    dead, good = Card(1), Card(2)
    h.wait_for("adding 0002")
    dead.sock.close()
    for _ in range(6):
        good.send(frame(2, 1))
        h.wait_for("sendto 0001: Connection refused")
    h.wait_for("hub161: dropping 0001")
    h.end(0, sig=signal.SIGTERM)


@case
def a_card_that_floods_is_survived():
    h = hub()
    evil, good = Card(1), Card(2)
    evil.sock.setblocking(False)
    for i in range(20000):
        try:
            evil.send((b"?", frame(i % 65536, BROADCAST, b"!"), b"\0" * 9000)[i % 3])
        except BlockingIOError:
            pass
    evil.sock.close()
    mine = frame(2, 2, b"me")
    while mine not in good.all_there_is():  # it may be lost while the flood runs off
        good.send(mine)
    told = h.end(0, sig=signal.SIGTERM)
    assert len(told) < 20000, len(told)


main()
