#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Disk images: what the guest was told is written stays written, and bad images are refused."""
import os
import random
import resource
import select
import shutil
import signal
import subprocess
import time

from boot import (
    HEARTH,
    HEARTHFS,
    KUSEG,
    Skip,
    Terminal,
    case,
    check_disk,
    command,
    contains,
    equal,
    guest,
    kuseg,
    kuseg_as_nobody,
    main,
    make_disk,
    slow_case,
    write,
)

LIMIT = 256 * 1024


def start(words, *options):
    """The program on pipes, to be killed."""
    return subprocess.Popen(
        [KUSEG, "run", *options, HEARTH, words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def read_until(run, text, count=1):
    seen = b""
    while seen.count(text.encode()) < count:
        ready = select.select([run.stdout], [], [], 20)[0]
        got = ready and os.read(run.stdout.fileno(), 65536)
        if not got:
            run.kill()
            raise AssertionError(f"{count} times {text!r} expected in:\n{seen.decode()}")
        seen += got
    return seen.decode()


def drop(run):
    run.kill()
    run.communicate()


@case
def a_file_outlives_the_machine():
    make_disk()
    guest("write a some words; mkdir d; write d/b more; halt", "-d", "disk.img").expect(0)
    check_disk()
    run = guest("cat a; cat d/b; ls d; halt", "-d", "disk.img", "-n", "4").expect(0)
    contains(run.out, "some words\n", "more\n", "5 b\n")


@case
def the_guest_formats_an_image_of_each_kind():
    command(KUSEG, "disk", "create", "--format", "raw", "raw.img", str(LIMIT)).expect(0)
    guest("format; write a words; halt", "-d", "raw.img").expect(0, "new file system")
    guest("cat a; halt", "-d", "raw.img").expect(0, "words\n")
    write("board.conf", "0 serial\n2 disk file=new.img size=256K\n29 timer\n31 mainboard ramsize=1M")
    guest("format; write a words; halt", "-c", "board.conf").expect(0, "new file system")
    equal(os.path.getsize("new.img"), LIMIT + 512)
    guest("cat a; halt", "-c", "board.conf").expect(0, "words\n")


@case
def two_disks_are_two():
    make_disk("one.img")
    make_disk("two.img")
    both = ("-d", "one.img", "-d", "two.img")
    guest("write /disk0/a first; write /disk1/a second; halt", *both).expect(0)
    guest("cat a; halt", "-d", "two.img").expect(0, "second\n")
    guest("cat /disk0/a; cat /disk1/a; halt", *both).expect(0, "first\nsecond\n")


@case
def killed_it_loses_nothing_written():
    make_disk()
    run = start("write a what was written; sync; cat a", "-d", "disk.img")
    read_until(run, "what was written\n")
    drop(run)
    check_disk()
    guest("cat a; halt", "-d", "disk.img").expect(0, "what was written\n")


def killed_in_the_middle(rng, rounds):
    """The guest says which files are done; those must be there, whole."""
    words = "; ".join(f"write f{i} contents of file {i}; echo =done {i}" for i in range(20))
    for _ in range(rounds):
        make_disk()
        run = start(words, "--warp", "-d", "disk.img")
        seen = read_until(run, "=done", rng.randrange(1, 15))
        time.sleep(rng.random() / 2000)
        run.kill()
        seen += run.communicate()[0].decode()
        done = [int(line[6:]) for line in seen.splitlines() if line.startswith("=done ")]
        check_disk()
        assert done
        for i in done:
            got = command(HEARTHFS, "get", "disk.img", f"f{i}", "-").expect(0)
            equal(got.out, f"contents of file {i}\n")
        os.remove("disk.img")


@case
def killed_at_any_moment():
    killed_in_the_middle(random.Random(1), 5)


@slow_case
def killed_at_many_moments():
    killed_in_the_middle(random.Random(2), 100)


@slow_case
def killed_under_stress():
    rng = random.Random(3)
    make_disk(size="2M")
    for _ in range(40):
        run = start("stress 10 50", "--warp", "-n", "3", "-d", "disk.img")
        time.sleep(0.01 + rng.random() / 10)
        drop(run)
        check_disk()


# ---- images that can't be used ----


def refused(path, *parts):
    guest("halt 0", "-d", path).expect(2, path, *parts)


@case
def a_second_start_is_refused():
    make_disk()
    write("board.conf", "0 serial\n2 disk file=disk.img\n31 mainboard ramsize=1M")
    run = start("", "-d", "disk.img")
    read_until(run, "hearth> ")
    refused("disk.img", "in use")
    command(HEARTHFS, "check", "disk.img").expect(1, "in use")
    command(KUSEG, "disk", "resize", "disk.img", "2M").expect(2, "in use")
    os.link("disk.img", "other-name.img")
    refused("other-name.img", "in use")
    drop(run)
    guest("halt 0", "-d", "disk.img").expect(0)


@case
def the_same_image_twice_is_refused():
    make_disk()
    guest("halt 0", "-d", "disk.img", "-d", "disk.img").expect(2, "disk.img", "in use")


@case
def bad_images_are_named():
    refused("missing.img", "there is no disk image")
    equal(os.path.exists("missing.img"), False)
    os.mkdir("folder.img")
    refused("folder.img", "is a directory")
    write("empty.img")
    refused("empty.img", "short")
    write("short.img", "x" * 500)
    refused("short.img", "short")
    os.mkfifo("pipe.img")
    refused("pipe.img")
    os.symlink("nowhere", "link.img")
    refused("link.img", "there is no disk image")


@case
def a_foreign_file_is_no_system161_image():
    write("foreign.img", "x" * LIMIT)
    write("board.conf", "0 serial\n2 disk file=foreign.img\n31 mainboard ramsize=1M")
    os.symlink(KUSEG, "sys161")
    run = command("./sys161", "-c", "board.conf", HEARTH, "halt")
    run.expect(2, "foreign.img is no System/161 disk image")


@case
def a_read_only_image_is_refused():
    make_disk()
    os.chmod("disk.img", 0o444)
    run = kuseg_as_nobody("--warp", "-d", "disk.img", "--builtin", "halt 0")
    run.expect(2, "disk.img", "read-only")


# ---- a full host disk ----


def fills_up(path, **more):
    """The guest hears of it, the person too; the machine goes on, and what was written stays."""
    writes = "".join(f"; cp /bin/stress big{i}" for i in range(30))
    run = guest(f"write a kept{writes}; echo still here; cat a; halt 9", "-d", path, **more)
    run.expect(9, "still here", "kept\n")
    contains(run.err, path, "cannot write", "media error")
    equal(run.err.count("cannot write"), 1, "complaints")


@case
def a_limit_on_file_sizes_is_a_full_disk():
    make_disk(size="4M")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))

    fills_up("disk.img", preexec_fn=limit)


@case
def a_full_host_disk():
    if os.geteuid() != 0:
        raise Skip("only root can mount a small file system")
    os.mkdir("small")
    mount = command("mount", "-t", "tmpfs", "-o", "size=512k", "none", "small")
    if mount.status:
        raise Skip("no tmpfs may be mounted here")
    try:
        make_disk("small/disk.img", "4M")
        fills_up("small/disk.img")
        shutil.copyfile("small/disk.img", "copy.img")
        guest("cat a; halt", "-d", "copy.img").expect(0, "kept\n")
    finally:
        command("umount", "small")


# ---- the program's own streams ----


def without(fd):
    """The program with one of its first three descriptors closed."""

    def closed():
        os.close(fd)

    return {"preexec_fn": closed}


@case
def a_closed_stream_is_no_door_to_the_image():
    """The image must not become descriptor 0, 1 or 2."""
    for fd in (0, 1, 2):
        make_disk()
        guest("write a words; echo noise; halt", "-d", "disk.img", **without(fd))
        check_disk()
        guest("cat a; halt", "-d", "disk.img").expect(0, "words\n")
        os.remove("disk.img")


# ---- ends by signal, on a terminal ----


def written_before(end):
    make_disk()
    term = Terminal(KUSEG, "run", "-d", "disk.img", HEARTH)
    term.wait_for("hearth> ")
    term.type("write a seen written\n")
    term.wait_for("hearth> ")
    end(term)
    equal(term.exit_code(), 3)
    term.close()
    check_disk()
    guest("cat a; halt", "-d", "disk.img").expect(0, "seen written\n")
    os.remove("disk.img")


@case
def no_end_loses_what_was_written():
    written_before(lambda term: term.kill(signal.SIGTERM))
    written_before(lambda term: term.kill(signal.SIGINT))
    written_before(lambda term: term.kill(signal.SIGHUP))
    written_before(lambda term: term.type("\x03"))
    written_before(lambda term: term.close())


main()
