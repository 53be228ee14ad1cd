#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The meter of a running program, and those who read it: stat161, kuseg stat, and worse ones."""
import json
import os
import re
import signal
import socket
import subprocess
import time

from boot import HEARTH, KUSEG, Terminal, case, command, contains, equal, kuseg, main, write

CONF = "0 serial\n28 random seed=1\n29 timer\n31 mainboard ramsize=1M cpus=%d\n"
METER = ".sockets/meter"
HEAD = "HEAD nsec kinsns uinsns udud idle irqs exns disk con emu net\r\n"
SOME_DATA = re.compile(r"DATA( \d+){11}\r\n")


def link(name):
    if not os.path.lexists(name):
        os.symlink(KUSEG, name)
    return "./" + name


def start(*words, conf=CONF % 1, **more):
    """sys161 with its console on pipes: it goes on until its guest halts."""
    write("sys161.conf", conf)
    return subprocess.Popen(
        [link("sys161"), "-X", HEARTH, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


def finish(run, typed="halt\n", status=0):
    out, err = run.communicate(typed.encode(), timeout=60)
    if run.returncode != status:
        raise AssertionError(f"status {run.returncode}: {out.decode()} {err.decode()}")
    return out.decode(), err.decode()


class Client:
    """Connected as soon as there is somebody to connect to."""

    def __init__(self, path=METER):
        end = time.monotonic() + 20
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.connect(path)
                break
            except OSError:
                self.socket.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)
        self.socket.settimeout(20)
        self.seen = b""

    def say(self, text):
        self.socket.sendall(text.encode())

    def line(self):
        """The next one, "" at the end."""
        while b"\n" not in self.seen:
            data = self.socket.recv(65536)
            if not data:
                return ""
            self.seen += data
        line, _, self.seen = self.seen.partition(b"\n")
        return line.decode() + "\n"

    def data(self):
        """The numbers of the next DATA line; None at the end."""
        while True:
            line = self.line()
            if not line:
                return None
            if line.startswith("DATA"):
                assert SOME_DATA.fullmatch(line), line
                return [int(n) for n in line.split()[1:]]

    def close(self):
        self.socket.close()


# ---- the socket ----


@case
def sys161_has_a_meter_by_itself():
    run = start()
    client = Client()
    equal(os.stat(".sockets").st_mode & 0o777, 0o700)
    equal(client.line(), "HELLO 2\r\n")
    equal(client.line(), HEAD)
    assert client.line().startswith("WIDTH 11 9 9 ")
    assert SOME_DATA.fullmatch(client.line())
    client.say("INTERVAL 10\r\n")
    while not (line := client.line()).startswith("BAD"):
        assert SOME_DATA.fullmatch(line), line
    finish(run)
    while client.line():
        pass
    assert not os.path.exists(METER)


@case
def a_dead_ones_socket_is_replaced():
    run = start()
    Client().close()
    run.kill()
    run.communicate()
    assert os.path.exists(METER)
    run = start()
    Client().close()
    finish(run)


@case
def two_machines_in_one_place_both_run():
    first = start()
    Client().close()
    _, err = finish(start())
    contains(err, METER, "nothing can be read")
    client = Client()
    finish(first)
    client.close()


@case
def no_place_for_a_meter_is_no_error():
    write(".sockets", "a file")
    _, err = finish(start())
    contains(err, "nothing can be read from the meter")


@case
def kuseg_run_has_one_where_it_is_told():
    kuseg("--warp", HEARTH, "halt").expect(0)
    assert not os.path.exists(".sockets")
    kuseg("--warp", "--meter", "no/such/place", HEARTH, "halt").expect(2, "--meter", "no/such/place")
    kuseg("--warp", "--meter", "example.org:5", HEARTH, "halt").expect(2, "only this machine")
    kuseg("--warp", "--meter", "name", HEARTH, "halt").expect(2, "--meter")
    run = subprocess.Popen([KUSEG, "run", "--meter", "./m", HEARTH], stdin=subprocess.PIPE,
                           stdout=subprocess.DEVNULL)
    client = Client("m")
    equal(client.line(), "HELLO 2\r\n")
    run.communicate(b"halt 7\n", timeout=20)
    equal(run.returncode, 7)
    assert not os.path.exists("m")


# ---- the run ----


def hash_of(cpus, clients):
    """The state that a run ends in, while clients read every 10 us of it."""
    run = subprocess.Popen(
        [KUSEG, "run", "--warp", "--epoch", "1700000000", "-n", str(cpus), "--meter", "./m",
         "--stats", "stats.json", HEARTH, "stress 4 6; bench crc32 250; sleep 50; halt"],
        stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    readers = [Client("m") for _ in range(clients)]
    lines = 0
    for c in readers:
        c.say("INTERVAL 10000\n")
    for c in readers:
        while c.data():
            lines += 1
    equal(run.wait(60), 0)
    with open("stats.json", encoding="ascii") as f:
        stats = json.load(f)
    return stats["state_hash"], stats["cycles"], lines


@case
def looking_changes_nothing():
    for cpus in (1, 4):
        alone = hash_of(cpus, 0)
        watched = hash_of(cpus, 3)
        equal(watched[:2], alone[:2], f"{cpus} CPUs")
        assert watched[2] > 3, watched


@case
def counters_only_rise():
    run = start("bench crc32 100; sleep 300; halt", conf=CONF % 2)
    client = Client()
    client.say("INTERVAL 1000000\n")
    last = [0] * 11
    lines = 0
    while row := client.data():
        assert all(a <= b for a, b in zip(last, row)), (last, row)
        assert row[1] + row[2] + row[3] + row[4] <= 2 * row[0] // 40, row
        last = row
        lines += 1
    assert lines > 10 and last[2] > 1000000, (lines, last)
    finish(run)


# ---- those who mean no good ----


@case
def hostile_clients_are_survived():
    run = start()
    good = Client()
    good.say("INTERVAL 1000000\n")
    for sent in (b"\0" * 5000, b"INTERVAL" * 4000, b"x\n" * 20000, b"INTERVAL 10000\nINTER", b"\n" * 60000):
        bad = Client()
        bad.socket.settimeout(0.2)
        try:
            bad.socket.sendall(sent)
        except OSError:
            pass
        bad.close()
    mute = [Client() for _ in range(12)]
    for c in mute:
        c.say("INTERVAL 10000\n")
    for _ in range(50):
        assert good.data()
    # One who reads no answers is cut off.
    deaf = Client()
    deaf.socket.settimeout(5)
    cut = False
    for _ in range(2000):
        try:
            deaf.socket.sendall(b"y\n" * 2000)
        except (BrokenPipeError, ConnectionResetError):
            cut = True
            break
    assert cut
    out, _ = finish(run, "echo still here\nhalt\n")
    contains(out, "still here")
    for c in mute + [good, deaf]:
        c.close()


@case
def clients_come_and_go():
    run = start()
    for _ in range(200):
        Client().close()
    client = Client()
    assert client.data()
    client.close()
    finish(run)


# ---- stat161 and kuseg stat ----


@case
def stat161_waits_follows_and_waits_again():
    stat = Terminal(os.path.abspath(link("stat161")), "-i", "0.01")
    stat.wait_for("stat161: Connecting...\r\n")
    for _ in range(2):
        run = start()
        stat.wait_for("stat161: Connected.\r\n")
        stat.wait_for("nsec        kinsns    uinsns    udud idle      irqs exns disk con   emu  net  \r\n")
        row = stat.wait_for("\r\n10000000    ")
        assert re.match(r"\d+ +\d+ +\d+ +\d+ +\d+ ", row), row
        finish(run)
        stat.wait_for("stat161: Disconnected.\r\n")
    stat.kill(signal.SIGINT)
    equal(stat.exit_code(), -signal.SIGINT)
    stat.close()


@case
def stat161_refuses_what_the_original_refuses():
    stat161 = link("stat161")
    command(stat161, "-i", "2.1").expect(1, "Sampling interval too large (max is 2)")
    for small in ("0.000009", "0", "-1", "x", "nan"):
        command(stat161, "-i", small).expect(1, "Sampling interval too small (min is 0.00001)")
    for wrong in (["-q"], ["-i"]):
        command(stat161, *wrong).expect(3, "Usage: stat161 [-i interval]")


@case
def kuseg_stat_ends():
    run = start("bench crc32 4")
    Client().close()
    table = command(KUSEG, "stat", "-n", "3", "-i", "10ms").expect(0, "\nnsec ")
    equal(len(table.out.splitlines()), 5, table)
    rows = command(KUSEG, "stat", "--count", "2", "--json", METER).expect(0).out.splitlines()
    first, second = (json.loads(row) for row in rows)
    equal(second["nsec"] - first["nsec"], 200000000)
    equal(list(first), HEAD.split()[1:])
    rest = subprocess.Popen([KUSEG, "stat"], stdout=subprocess.PIPE)
    rest.stdout.readline()
    finish(run)
    rest.communicate(timeout=20)
    equal(rest.returncode, 0)


@case
def kuseg_stat_needs_somebody():
    command(KUSEG, "stat").expect(2, METER)
    command(KUSEG, "stat", "./nobody").expect(2, "nobody")
    command(KUSEG, "stat", "a", "b").expect(2, "one address")
    command(KUSEG, "stat", "--interval", "3s").expect(2, "interval")
    command(KUSEG, "stat", "--help").expect(0, "--json")


main()
