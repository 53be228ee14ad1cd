#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Linux 6.1 of Debian with musl and busybox on the DECstation, as ./dev run linux builds it."""
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time

from boot import KUSEG, Skip, Terminal, case, command, contains, equal, main

LINUX = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "linux")
KERNEL = os.path.join(LINUX, "vmlinux")
INITRAMFS = os.path.join(LINUX, "initramfs")
PROMPT = "linux# "
BOOT_SECONDS = 120  # only a bound: usually under one
SECONDS = 30
BULK = 1 << 20


def need_linux():
    if not os.path.exists(INITRAMFS) or not os.path.exists(KERNEL):
        raise Skip("no kernel in build/linux: ./dev run linux builds it, if it can")


class Shell:
    """The guest at its prompt, on a terminal of its own."""

    def __init__(self, *options, words=()):
        need_linux()
        self.term = Terminal(
            KUSEG, "run", "-s", "--initrd", INITRAMFS, *options, KERNEL, "console=ttyS3", *words
        )
        self.boot = self.term.wait_for(PROMPT, BOOT_SECONDS)
        self.run("stty cols 500")  # long words are not to be folded

    def run(self, words, seconds=SECONDS):
        """What this command prints."""
        self.term.type(words + "\n")
        self.term.wait_for(words)
        return self.term.wait_for(PROMPT, seconds).replace("\r", "")

    def sleep(self):
        """A program in front that sleeps; it is in front when it prints its number."""
        self.term.type("sh -c 'echo $((6*7)); exec sleep 1000'\n")
        self.term.wait_for("42", SECONDS)

    def off(self):
        """Ends the shell, and so the machine; what it said on its way."""
        self.term.type("exit\n")
        equal(self.term.exit_code(SECONDS), 0, "exit code")
        rest = self.term.rest()
        self.term.close()
        contains(rest, "Power down")
        return rest


def works(engine):
    """Everything that is shown of each engine."""
    shell = Shell("--engine", engine)
    contains(shell.boot, "This is a DECstation 5000/200", "Run /init as init process")
    contains(shell.run("echo $((6*7)) | sed s/4/x/"), "x2\n")
    contains(shell.run("check int"), "\ncheck int: ok\n")
    contains(shell.run("check float"), "check float: ok\n")
    contains(shell.run("check fork"), "check fork: ok\n")
    shell.off()


@case
def boots_computes_and_forks_interpreted():
    works("interp")


@case
def boots_computes_and_forks_translated():
    works("jit")


@case
def programs_can_be_interrupted_and_stopped():
    """Job control: the terminal's signals reach the program in front, not the shell."""
    shell = Shell()
    shell.sleep()
    shell.term.type("\x1a")
    shell.term.wait_for("Stopped", SECONDS)
    shell.term.wait_for(PROMPT, SECONDS)
    contains(shell.run("jobs"), "Stopped")
    shell.run("kill %1; fg")
    shell.sleep()
    shell.term.type("\x03")
    shell.term.wait_for(PROMPT, SECONDS)
    contains(shell.run("echo status $?"), "status 130\n")
    shell.off()


def need_e2fsprogs():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for program in "mke2fs", "e2fsck":
        if not shutil.which(program):
            raise Skip(f"no {program} (Debian's e2fsprogs)")


def check_clean(path):
    """The host's e2fsck finds nothing to do."""
    result = command("e2fsck", "-f", "-n", path)
    equal(result.status, 0, result)


@case
def files_on_ext4_survive_a_kill():
    """Written, synced, the monitor killed: the file is whole, and the file system clean again after its
    journal was read."""
    need_linux()
    need_e2fsprogs()
    make_raw("root.img", 64)
    equal(command("mke2fs", "-q", "-t", "ext4", "root.img").status, 0, "mke2fs")
    shell = Shell("--disk", "root.img")
    shell.run("seq 1 300000 > /mnt/numbers; cp -r /bin /mnt/dir; sync")
    md5 = shell.run("md5sum /mnt/numbers").split()[0]
    shell.term.type("seq 1 300000 > /mnt/unfinished\n")
    shell.term.kill(signal.SIGKILL)
    equal(shell.term.exit_code(SECONDS), -signal.SIGKILL, "exit code")
    shell.term.close()
    shell = Shell("--disk", "root.img")
    contains(shell.boot, "EXT4-fs (vda): recovery complete")
    equal(shell.run("md5sum /mnt/numbers").split()[0], md5, "md5")
    contains(shell.run("cmp /bin/busybox /mnt/dir/busybox && echo same"), "same\n")
    shell.off()
    check_clean("root.img")


@case
def the_guest_makes_its_own_file_system():
    need_linux()
    need_e2fsprogs()
    make_raw("root.img", 16)
    shell = Shell("--disk", "root.img")
    contains(shell.boot, "/dev/vda is not mounted")
    shell.run("mke2fs /dev/vda >/dev/null; mount -t ext4 /dev/vda /mnt")
    shell.run("echo hello > /mnt/file")
    contains(shell.run("df /mnt"), "/dev/vda")
    shell.off()
    check_clean("root.img")


@case
def disks_have_a_number_and_may_be_read_only():
    need_linux()
    make_raw("one.img", 4)
    make_raw("two.img", 2)
    shell = Shell("--disk", "one.img", "--virtio", "blk,file=two.img,serial=a,,b,read-only")
    contains(shell.run("cat /sys/block/vdb/serial"), "a,b")
    contains(shell.run("cat /sys/block/vda/size /sys/block/vdb/size"), "8192\n4096\n")
    contains(shell.run("cat /sys/block/vda/ro /sys/block/vdb/ro"), "0\n1\n")
    contains(shell.run("dd if=/dev/zero of=/dev/vdb bs=512 count=1 2>&1"), "dd: ")
    shell.run("dd if=/bin/busybox of=/dev/vda bs=64k 2>/dev/null; sync")
    shell.run("echo 3 > /proc/sys/vm/drop_caches")
    contains(shell.run("cmp /bin/busybox /dev/vda"), "EOF on /bin/busybox")
    shell.off()


@case
def there_is_entropy():
    shell = Shell("--virtio", "rng")
    contains(shell.run("cat /sys/class/misc/hw_random/rng_current"), "virtio_rng.0")
    contains(shell.run("dd if=/dev/hwrng bs=100 count=50 2>/dev/null | wc -c"), "5000\n")
    shell.off()


@case
def a_disk_of_a_server_that_goes():
    """I/O errors while it is away, by default; with on-error=pause the guest does not notice."""
    need_linux()
    if not shutil.which("nbdkit"):
        raise Skip("no nbdkit")
    make_raw("disk.img", 4)
    for how in "report", "pause":
        server = Server("disk.img")
        disk = f"blk,file=nbd+unix:///?socket={server.socket},on-error={how}"
        shell = Shell("--virtio", disk)
        contains(shell.run("dd if=/dev/vda bs=64k count=4 2>/dev/null | wc -c"), "262144\n")
        server.stop()
        words = "cat /dev/vda >/dev/null 2>&1 && echo read || echo error"
        if how == "report":
            contains(shell.run(words), "\nerror\n")
            server.start()
            until = "until cat /dev/vda >/dev/null 2>&1; do sleep 1; done; echo read"
            contains(shell.run(until), "read\n")
        else:
            shell.term.type(words + "\n")
            shell.term.wait_for("the machine waits for it", SECONDS)
            server.start()
            shell.term.wait_for("\nread", SECONDS)
            shell.term.wait_for(PROMPT, SECONDS)
        shell.off()
        server.stop()


class Server:
    """nbdkit in front of a file, on a socket."""

    def __init__(self, path):
        self.path = path
        self.socket = os.path.abspath("nbd.socket")
        self.start()

    def start(self):
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        self.child = subprocess.Popen(["nbdkit", "--exit-with-parent", "-f", "-U", self.socket, "file", self.path])
        while not os.path.exists(self.socket):
            equal(self.child.poll(), None, "nbdkit's exit code")
            time.sleep(0.02)

    def stop(self):
        self.child.kill()
        self.child.wait()


def make_raw(path, megabytes):
    with open(path, "wb") as f:
        f.truncate(megabytes << 20)


@case
def people_log_in():
    need_linux()
    term = Terminal(
        KUSEG, "run", "-s", "--initrd", INITRAMFS, KERNEL, "console=ttyS3", "--", "login"
    )
    term.wait_for("kuseg login:", BOOT_SECONDS)
    term.type("guest\n")
    term.wait_for("Password:", SECONDS)
    term.type("wrong\n")
    term.wait_for("Login incorrect", SECONDS)
    term.wait_for("kuseg login:", SECONDS)  # what is typed before it is thrown away
    term.type("guest\n")
    term.wait_for("Password:", SECONDS)
    term.type("guest\n")
    term.wait_for("$ ", SECONDS)
    term.type("id; pwd; tty; echo >/etc/passwd\n")
    term.wait_for("uid=1000(guest)", SECONDS)
    term.wait_for("/home/guest", SECONDS)
    term.wait_for("/dev/ttyS3", SECONDS)
    term.wait_for("Permission denied", SECONDS)
    term.type("exit\n")
    equal(term.exit_code(SECONDS), 0, "exit code")
    term.close()


@case
def engines_run_the_same_instructions():
    """From power-on to power-off with nothing typed, which depends on nothing outside."""
    need_linux()
    cycles = []
    for engine in "interp", "jit":
        term = Terminal(
            KUSEG, "run", "--warp", "--epoch", "1000000000", "--engine", engine, "--stats", "stats.json", "--initrd",
            INITRAMFS, KERNEL, "console=ttyS3", "--", "check", "fork",
        )
        equal(term.exit_code(BOOT_SECONDS), 0, "exit code")
        contains(term.rest(), "check fork: ok")
        term.close()
        with open("stats.json", encoding="ascii") as f:
            cycles.append(json.load(f)["cycles"])
    equal(cycles[1], cycles[0], "cycles")


# ---- balloon ----


def ask(path, words):
    """What the control socket answers to a line. It takes one peer at a time."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(SECONDS)
                s.connect(path)
                s.sendall(words.encode() + b"\n")
                return s.recv(200).decode()
        except ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the control socket does not answer")


def until(what, good):
    """Asks until that is so; the last answer."""
    deadline = time.monotonic() + SECONDS
    while not good(answer := what()):
        if time.monotonic() > deadline:
            raise AssertionError(f"in vain: {answer}")
        time.sleep(0.1)
    return answer


def resident(shell):
    """KB of the monitor's memory that the host holds."""
    with open(f"/proc/{shell.term.pid}/smaps_rollup", encoding="ascii") as f:
        return int(re.search(r"Rss: +(\d+)", f.read()).group(1))


def total(shell):
    """KB that the guest thinks it has."""
    return int(re.search(r"Mem: +(\d+)", shell.run("free")).group(1))


FILL = "dd if=/dev/zero of=/tmp/x bs=1M count=24 2>/dev/null; rm /tmp/x"


@case
def a_balloon_goes_up_and_down():
    """The guest has less memory, and the host more; then all is as before."""
    shell = Shell("--stats", "stats.json", "--virtio", "balloon,size=8M,control=./balloon")
    contains(until(lambda: ask("./balloon", ""), lambda a: a.startswith("8 MB")), "8 MB of 8 MB taken")
    before = total(shell)
    equal(ask("./balloon", "0"), "8 MB of 0 bytes taken\n")
    until(lambda: ask("./balloon", ""), lambda a: a.startswith("0 bytes"))
    equal(total(shell) - before, 8 * 1024, "KB given to the guest")
    shell.run(FILL)
    full = resident(shell)
    ask("./balloon", "48M")
    contains(until(lambda: ask("./balloon", ""), lambda a: a.startswith("48 MB")), "48 MB of 48 MB taken")
    taken = total(shell)
    equal(before + 8 * 1024 - taken, 48 * 1024, "KB taken from the guest")
    assert full - resident(shell) > 8 * 1024, "the host got nothing back"
    contains(ask("./balloon", "lots"), "lots")
    ask("./balloon", "0")
    until(lambda: total(shell), lambda kb: kb == before + 8 * 1024)
    contains(shell.run("check fork"), "check fork: ok\n")
    shell.off()
    with open("stats.json", encoding="ascii") as f:
        stats = json.load(f)["devices"]
    equal(stats["balloon_bytes_held"], 0, "held")
    equal(stats["balloon_bytes_given_back"], (8 + 48) << 20, "given back")


@case
def free_pages_are_reported():
    """Those that the guest has used and freed go back to the host without being asked for."""
    shell = Shell("--stats", "stats.json", "--virtio", "balloon")
    shell.run("echo 5 >/sys/module/page_reporting/parameters/page_reporting_order")
    shell.run(FILL)
    full = resident(shell)
    until(lambda: resident(shell), lambda kb: full - kb > 8 * 1024)
    contains(shell.run("check fork"), "check fork: ok\n")
    shell.off()
    with open("stats.json", encoding="ascii") as f:
        stats = json.load(f)["devices"]
    assert stats["balloon_bytes_reported"] > 8 << 20, stats
    equal(stats["balloon_bytes_held"], 0, "held")


# ---- console ----


def reach(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(SECONDS)
    s.connect(path)
    return s


def hear(conn, text):
    """Receives until that was said."""
    data = b""
    while text not in data:
        part = conn.recv(65536)
        assert part, f"it ended with {data[-200:]}"
        data += part
    return data


@case
def ports_carry_files_both_ways():
    """A megabyte each way through a named port, more than anything on the way can hold. The guest
    reads to the end, which is where its peer leaves."""
    shell = Shell("--virtio", "console,port=other:./other,port=data:./data")
    contains(shell.run("cat /sys/class/virtio-ports/vport0p1/name"), "other\n")
    contains(shell.run("cat /sys/class/virtio-ports/vport0p2/name"), "data\n")
    shell.run("P=/dev/vport0p2")
    made = shell.run("dd if=/dev/urandom of=/tmp/a bs=64k count=16; sha256sum /tmp/a")
    with reach("./data") as conn:
        shell.term.type("cat /tmp/a >$P\n")
        time.sleep(0.5)  # it has to wait for us
        data = b""
        while len(data) < BULK:
            data += conn.recv(65536)
        shell.term.wait_for(PROMPT, SECONDS)
        equal(sha256(data), sha256(made), "copied out")
        data = os.urandom(BULK)
        shell.term.type("cat $P >/tmp/b; sha256sum /tmp/b\n")
        conn.sendall(data)
    shell.term.wait_for("sha256sum /tmp/b", SECONDS)
    equal(sha256(shell.term.wait_for(PROMPT, SECONDS)), sha256(data), "copied in")
    shell.off()


@case
def a_shell_runs_on_the_virtio_console():
    """hvc0, as another terminal beside the serial line."""
    shell = Shell("--virtio", "console,socket=./hvc,columns=90,rows=30")
    with reach("./hvc") as conn:
        shell.run("setsid sh -c 'exec sh -i </dev/hvc0 >/dev/hvc0 2>&1' &")
        hear(conn, b"# ")
        conn.sendall(b"echo $((6*7)) here\n")
        hear(conn, b"42 here\r\n")
        conn.sendall(b"seq 20000; exit\n")
        hear(conn, b"\r\n20000\r\n")
    shell.off()


# ---- network ----

SIZE = 3000000


class Host:
    """A server on the loopback interface that sends `data` to the first who comes, and hears all
    that one sends."""

    def __init__(self, data=b""):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(SECONDS)
        self.port = self.listener.getsockname()[1]
        self.data, self.heard = data, b""
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        with self.listener, self.listener.accept()[0] as conn:
            conn.settimeout(SECONDS)
            if self.data:  # nc ends when the other one has said all
                conn.sendall(self.data)
                conn.shutdown(socket.SHUT_WR)
            self.heard = everything(conn)

    def wait(self):
        self.thread.join(SECONDS)
        return self.heard


def everything(conn):
    parts = []
    while part := conn.recv(65536):
        parts.append(part)
    return b"".join(parts)


def sha256(text):
    """The hash in what sha256sum printed, or of bytes."""
    if isinstance(text, bytes):
        return hashlib.sha256(text).hexdigest()
    return next(word for word in text.split() if len(word) == 64)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def ask_forwarded(port):
    """All that the guest says behind a forwarded port. User mode takes the connection before the
    guest does, and ends it if nobody listens there yet."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), SECONDS) as conn:
                data = everything(conn)
        except OSError:
            data = b""
        if data:
            return data
        time.sleep(0.1)
    raise AssertionError("the guest does not answer")


def make_file(shell):
    """The hash of /tmp/a, which holds random bytes."""
    shell.run(f"dd if=/dev/urandom of=/tmp/a bs=1000 count={SIZE // 1000}")
    contains(shell.run("wc -c /tmp/a"), f"{SIZE} ")
    return sha256(shell.run("sha256sum /tmp/a"))


def user_mode_works(card):
    port = free_port()
    shell = Shell("--net", f"user,card={card},hostfwd=tcp::{port}-:8000")
    contains(shell.run("ifconfig eth0"), "inet addr:10.0.2.15", "02:6B:75:")
    contains(shell.run("route -n"), "10.0.2.2")
    made = make_file(shell)
    host = Host()
    shell.run(f"nc 10.0.2.2 {host.port} </tmp/a")
    equal(sha256(host.wait()), made, "copied out")
    data = os.urandom(SIZE)
    host = Host(data)
    copied = shell.run(f"nc 10.0.2.2 {host.port} </dev/null >/tmp/b; sha256sum /tmp/b")
    equal(sha256(copied), sha256(data), "copied in")
    shell.run("nc -l -p 8000 </tmp/a &")
    equal(sha256(ask_forwarded(port)), made, "copied through a forwarded port")
    shell.off()


@case
def user_mode_carries_files_by_virtio():
    user_mode_works("virtio")


@case
def user_mode_carries_files_by_lance():
    user_mode_works("lance")


@case
def a_lance_is_known_and_makes_no_errors():
    """Frames as long as they can be, as fast as they can come and go."""
    shell = Shell("--net", "user,card=lance,mac=08:00:2b:01:02:03")
    contains(shell.boot, "tc6: DEC      PMAD-AA", "tc6: PMAD-AA, addr = 08:00:2b:01:02:03, irq = 14")
    data = os.urandom(SIZE)
    host = Host(data)
    shell.run(f"nc 10.0.2.2 {host.port} </dev/null >/tmp/a")
    host = Host()
    shell.run(f"nc 10.0.2.2 {host.port} </tmp/a")
    equal(sha256(host.wait()), sha256(data), "copied in and out")
    state = shell.run("ifconfig eth0")
    found = re.findall(r"(?:errors|dropped|overruns|frame|carrier|collisions):(\d+)", state)
    equal(found, ["0"] * 9, state)
    shell.off()


def neighbour(number, net):
    return Shell("--net", net, words=(f"address=10.9.0.{number}",))


@case
def two_machines_reach_each_other():
    """Through a socket; the carrier of one follows the other, which comes back."""
    one = neighbour(1, "listen:./cable,card=virtio")
    equal(one.run("cat /sys/class/net/eth0/carrier").split()[-1], "0", "carrier before")
    two = neighbour(2, "connect:./cable,card=lance")
    equal(one.run("cat /sys/class/net/eth0/carrier").split()[-1], "1", "carrier")
    contains(one.run("ping -c 3 10.9.0.2"), "3 packets received")
    contains(two.run("ping -c 3 -s 1400 10.9.0.1"), "3 packets received")
    made = make_file(one)
    two.term.type("nc -l -p 9000 >/tmp/b; sha256sum /tmp/b\n")
    one.run("until nc 10.9.0.2 9000 </tmp/a; do sleep 1; done")
    equal(sha256(two.term.wait_for(PROMPT, SECONDS)), made, "copied")
    two.off()
    equal(one.run("cat /sys/class/net/eth0/carrier").split()[-1], "0", "carrier after")
    two = neighbour(2, "connect:./cable,card=virtio")
    contains(one.run("ping -c 3 10.9.0.2"), "3 packets received")
    two.off()
    one.off()


@case
def a_restricted_guest_reaches_nothing():
    host = Host()
    shell = Shell("--net", "user,card=virtio,restrict")
    contains(shell.run("ifconfig eth0"), "inet addr:10.0.2.15")
    contains(shell.run(f"nc 10.0.2.2 {host.port} </dev/null; echo status $?"), "status 1")
    assert host.thread.is_alive(), "somebody came"
    shell.off()


# ---- directories of the host, and sockets ----


def make_share():
    """A directory to share, a file beside it, and links that lead out."""
    os.makedirs("share/sub")
    with open("outside", "w", encoding="ascii") as f:
        f.write("secret\n")
    with open("share/file", "w", encoding="ascii") as f:
        f.write("hello\n")
    os.symlink("../outside", "share/out")
    os.symlink(os.path.abspath("outside"), "share/absolute")
    data = random.Random(1).randbytes(3000001)
    with open("share/big", "wb") as f:
        f.write(data)
    return hashlib.sha256(data).hexdigest()


def mount(shell, tag, where="/mnt"):
    return shell.run(f"mount -t 9p -o trans=virtio,version=9p2000.L {tag} {where} && echo mounted")


@case
def a_directory_of_the_host_is_shared():
    need_linux()
    digest = make_share()
    shell = Shell("--virtio", "9p,tag=here,dir=share")
    contains(mount(shell, "here"), "mounted\n")
    contains(shell.run("ls -a /mnt | xargs echo"), ". .. absolute big file out sub\n")
    contains(shell.run("cat /mnt/file"), "hello\n")
    contains(shell.run("sha256sum /mnt/big"), digest)
    contains(shell.run("cp /mnt/big /mnt/sub/copy && sync && echo copied"), "copied\n")
    with open("share/sub/copy", "rb") as f:
        equal(hashlib.sha256(f.read()).hexdigest(), digest, "the copy, seen from the host")
    contains(shell.run("echo more >>/mnt/file; ln -s file /mnt/link; cat /mnt/link | xargs echo"), "hello more\n")
    contains(shell.run("mkdir /mnt/made && mv /mnt/sub/copy /mnt/made/moved && rmdir /mnt/sub && echo done"), "done\n")
    contains(shell.run("exec 5<>/mnt/made/moved; rm /mnt/made/moved; wc -c <&5; exec 5<&-"), "3000001\n")
    contains(shell.run("umask 027; echo x >/mnt/private; ls -l /mnt/private"), "-rw-r-----", " root ")
    equal(stat.S_IMODE(os.stat("share/private").st_mode), 0o640, "permissions, seen from the host")
    equal(sorted(os.listdir("share")), ["absolute", "big", "file", "link", "made", "out", "private"], "names")
    shell.off()


@case
def nothing_beside_it_is_reached():
    """Links are the guest's own to follow: they lead to its files, not the host's."""
    need_linux()
    make_share()
    shell = Shell("--virtio", "9p,tag=here,dir=share")
    contains(mount(shell, "here"), "mounted\n")
    for name in "out", "absolute", "../outside", "sub/../../outside":
        contains(shell.run(f"cat /mnt/{name}"), "No such file")
    contains(shell.run("mknod /mnt/null c 1 3"), "not permitted")
    contains(shell.run("chmod 4755 /mnt/file"), "not permitted")
    contains(shell.run("chown 5 /mnt/file"), "not permitted")
    # What errors are called shows whose numbers they have.
    contains(shell.run("touch /mnt/sub/x; rmdir /mnt/sub"), "Directory not empty")
    shell.off()
    with open("outside", encoding="ascii") as f:
        equal(f.read(), "secret\n", "the file beside the directory")
    equal(stat.S_IMODE(os.stat("share/file").st_mode) & 0o6000, 0, "set-user-ID")


@case
def a_read_only_share_changes_nothing():
    need_linux()
    make_share()
    before = sorted(os.listdir("share"))
    shell = Shell("--virtio", "9p,tag=here,dir=share,read-only", "--virtio", "9p,tag=other,dir=share")
    contains(mount(shell, "here"), "mounted\n")
    contains(shell.run("cat /mnt/file"), "hello\n")
    for words in "echo x >/mnt/file", "rm /mnt/file", "mkdir /mnt/x", "mv /mnt/file /mnt/x", "chmod 600 /mnt/file":
        contains(shell.run(words), "Read-only file system")
    equal(sorted(os.listdir("share")), before, "names")
    contains(mount(shell, "other", "/root"), "mounted\n")
    contains(shell.run("echo x >/root/new; cat /mnt/new"), "x\n")
    contains(mount(shell, "nowhere", "/tmp"), "failed")
    shell.off()


def host_server(path, answer):
    """Serves one program of the guest: all that it sends, then what `answer` makes of it."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.bind(path)
    s.listen(1)

    def serve():
        conn, _ = s.accept()
        data = b""
        while piece := conn.recv(65536):
            data += piece
        conn.sendall(answer(data))
        conn.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return s


@case
def programs_talk_to_the_host_by_vsock():
    shell = Shell("--virtio", "vsock,path=vm.sock")
    if "not found" in shell.run("type vsock"):
        raise Skip("the kernel in build/linux is older than the program vsock")
    server = host_server("vm.sock_5", lambda data: hashlib.sha256(data).hexdigest().encode() + b"\n")
    data = "".join(f"{n}\n" for n in range(1, 200001)).encode()
    contains(shell.run("seq 1 200000 | vsock 5"), hashlib.sha256(data).hexdigest())
    server.close()
    contains(shell.run("vsock 6 </dev/null"), "reset by peer")
    shell.term.type("cat /bin/busybox | vsock -l 52 | sha256sum\n")
    shell.term.wait_for("52 | sha256sum", SECONDS)
    came = from_guest("vm.sock", 52, data)
    contains(shell.term.wait_for(PROMPT, SECONDS), hashlib.sha256(b"vsock: listening\n" + data).hexdigest())
    contains(shell.run("sha256sum /bin/busybox"), hashlib.sha256(came).hexdigest())
    shell.off()
    equal(os.path.exists("vm.sock"), False, "the socket afterwards")


def from_guest(path, port, data):
    """Connects to a port of the guest as soon as it listens there; sends; all that comes back."""
    for _ in range(1000):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.settimeout(SECONDS)
        s.connect(path)
        s.sendall(b"CONNECT %d\n" % port)
        said = s.makefile("rb")
        if said.readline().startswith(b"OK "):
            break
        s.close()
    else:
        raise AssertionError("nobody listens in the guest")
    sender = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR)))
    sender.start()
    came = said.read()
    sender.join()
    return came


main()
