#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The host's directory in the guest: what is in it and nothing else. hearth only reads; the card
itself is tested in tests/dev."""
import os

from boot import (
    HEARTH,
    KUSEG,
    case,
    command,
    contains,
    equal,
    guest,
    kuseg_as_nobody,
    main,
    write,
)

SECRET = "not for guests"


def build():
    """A directory to share, with ways out of it, and a secret beside it."""
    write("secret", SECRET)
    os.mkdir("shared")
    os.mkdir("shared/d")
    write("shared/note", "a note\n")
    write("shared/d/deep", "deeper\n")
    os.symlink("note", "shared/inside")
    os.symlink("../note", "shared/d/up")
    os.symlink("../secret", "shared/outside")
    os.symlink(os.path.abspath("secret"), "shared/absolute")
    os.symlink("..", "shared/parent")
    os.symlink("/etc", "shared/etc")
    os.symlink("d/../../secret", "shared/winding")
    os.symlink("loop", "shared/loop")


@case
def files_are_read():
    build()
    run = guest("ls /host; cat /host/note; cat /host/d/deep; halt", "--emufs", "shared").expect(0)
    contains(run.out, "a note\n", "deeper\n", " note\n", " d")


@case
def links_inside_lead_there():
    build()
    run = guest("cat /host/inside; cat /host/d/up; halt", "--emufs", "shared").expect(0)
    equal(run.out.count("a note\n"), 2)


@case
def nothing_outside_is_reached():
    build()
    secret = os.path.abspath("secret")
    for way in (
        "../secret",
        "d/../../secret",
        "./../secret",
        secret,
        "/" + secret,
        "outside",
        "absolute",
        "parent/secret",
        "winding",
        "etc/passwd",
        "parent/shared/note",
    ):
        run = guest(f"cat /host/{way}; ls /host/{way}; echo so; halt", "--emufs", "shared")
        run.expect(0, "sh: ", "so\n")
        for leaked in (SECRET, "root:", "a note"):
            assert leaked not in run.out, (way, run.out)


@case
def a_loop_of_links_ends():
    build()
    guest("cat /host/loop; halt 4", "--emufs", "shared").expect(4, "sh: /host/loop")


@case
def devices_and_pipes_are_no_files():
    os.mkdir("shared")
    os.mkfifo("shared/pipe")
    os.symlink("/dev/zero", "shared/zero")
    guest("cat /host/pipe; cat /host/zero; halt 4", "--emufs", "shared").expect(4, "sh: /host/pipe")


@case
def a_big_file_comes_whole():
    os.mkdir("shared")
    text = "".join(f"line {i}\n" for i in range(9000))
    write("shared/big", text)
    run = guest("cat /host/big; halt", "--emufs", "shared", "-n", "2").expect(0)
    contains(run.out, text)


@case
def a_file_can_vanish():
    build()
    os.remove("shared/note")
    guest("cat /host/note; halt 4", "--emufs", "shared").expect(4, "sh: /host/note")


def refused(path, why):
    guest("halt 0", "--emufs", path).expect(2, path, why)


@case
def bad_directories_are_named():
    refused("missing", "No such file or directory")
    write("file")
    refused("file", "Not a directory")
    os.symlink("nowhere", "link")
    refused("link", "No such file or directory")
    write("board.conf", "0 serial\n3 emufs dir=missing\n31 mainboard ramsize=1M")
    command(KUSEG, "run", "-c", "board.conf", HEARTH, "halt").expect(
        2, "board.conf:2: cannot open the directory missing"
    )


@case
def an_unreadable_directory_is_refused():
    os.mkdir("closed", 0o000)
    run = kuseg_as_nobody("--warp", "--emufs", "closed", "--builtin", "halt 0")
    run.expect(2, "closed", "Permission denied")


@case
def an_unreadable_file_is_the_guests_problem():
    os.mkdir("shared")
    write("shared/closed", SECRET)
    os.chmod("shared/closed", 0o000)
    words = "cat /host/closed; halt 4"
    run = kuseg_as_nobody("--warp", "--emufs", "shared", "--builtin", words)
    run.expect(4, "sh: /host/closed")
    assert SECRET not in run.out


main()
