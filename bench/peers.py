# SPDX-License-Identifier: ISC
"""Who can run the benchmarks. A peer says how to start a program, and what it is called.

To add one (another engine is found by itself): a class with the members of Peer, and a line in
find(). A peer for another board gets a kernel of its own; a program's checksum is the same
everywhere.
"""
import json
import os
import re
import shutil
import struct

from measure import Failure, run

CONF = "0 serial\n1 timer\n31 mainboard ramsize=16M cpus=1\n"


class Peer:
    name = label = version = ""
    guest = True  # boots hearth, so all its programs are there and booting is subtracted
    is_kuseg = False

    def argv(self, program, iterations, kernel=None):
        """Command line of one measured run; iterations 0: the program's own number."""
        raise NotImplementedError

    def empty_argv(self):
        """Command line of everything around a measured run."""
        raise NotImplementedError


class Kuseg(Peer):
    is_kuseg = True

    def __init__(self, path, engine, setup):
        self.path, self.name, self.setup = path, engine, setup
        self.label = f"kuseg {engine}"
        self.version = first_line(run([path, "--version"], setup.folder).output)

    def machine(self, words, kernel=None, options=()):
        return [self.path, "run", "--engine", self.name, "--conf", self.setup.conf, *options,
                kernel or self.setup.kernel, *words]

    def argv(self, program, iterations, kernel=None):
        return self.machine([program.guest_words(iterations)], kernel)

    def empty_argv(self):
        return self.machine(["halt"])

    def counted(self, words, tag):
        """Output of a run, and its instructions retired. Not for timing: the counters include a
        hash of the guest's memory."""
        path = os.path.join(self.setup.folder, tag + ".json")
        sample = run(self.machine([words], options=["--stats", path]), self.setup.folder)
        with open(path, encoding="ascii") as f:
            return sample.output, json.load(f)["retired"]


class System161(Peer):
    name, label = "sys161", "System/161"

    def __init__(self, path, setup):
        self.path, self.setup = path, setup
        said = run(self.machine([], setup.off), setup.folder).output
        found = re.search(r"System/161 release (\S+?),?\s", said)
        # kuseg can be called sys161, too, and then says so
        self.version = f"System/161 {found.group(1)}" if found and "kuseg" not in said else ""

    def machine(self, words, kernel=None):
        return [self.path, "-X", "-c", self.setup.conf, kernel or self.setup.kernel, *words]

    def argv(self, program, iterations, kernel=None):
        return self.machine([program.guest_words(iterations)], kernel)

    def empty_argv(self):
        return self.machine(["halt"])


class Native(Peer):
    name = label = "native"
    guest = False

    def __init__(self, path, setup):
        self.path = path
        self.version = "hearth-bench-native"
        self.first = setup.native_names[0]

    def argv(self, program, iterations, kernel=None):
        return [self.path, program.name, str(iterations)]

    def empty_argv(self):
        return [self.path, self.first, "1"]


def first_line(text):
    return text.strip().splitlines()[0] if text.strip() else ""


def power_off_kernel():
    """An executable whose second instruction powers off: all that it measures is the monitor's
    own start and end. Layout: ELF header, one program header, code for 0x80000200."""
    code = struct.pack(">4I",
                       0x3C08BFFF,   # lui  $t0, 0xbfff     slot 31 in kseg1
                       0xAD007E08,   # sw   $zero, 0x7e08($t0)  the mainboard's power register
                       0x1000FFFF,   # b    .
                       0)
    entry, start = 0x80000200, 52 + 32
    ident = b"\x7fELF\x01\x02\x01" + bytes(9)
    header = ident + struct.pack(">HHIIIIIHHHHHH", 2, 8, 1, entry, 52, 0, 0x1000, 52, 32, 1, 0, 0, 0)
    segment = struct.pack(">8I", 1, start, entry, entry, len(code), len(code), 5, 4)
    return header + segment + code


class Setup:
    """The files that all runs share."""

    def __init__(self, folder, kernel, native):
        self.folder, self.kernel, self.native = folder, kernel, native
        self.conf = os.path.join(folder, "sys161.conf")
        self.off = os.path.join(folder, "off.elf")
        with open(self.conf, "w", encoding="ascii") as f:
            f.write(CONF)
        with open(self.off, "wb") as f:
            f.write(power_off_kernel())
        self.native_names = names_of(native)


def names_of(native):
    """The computing programs, as the native build lists them."""
    sample = os.popen(f"'{native}' 2>&1").read()
    found = re.search(r"^names: *(.+)$", sample, re.M)
    if not found:
        raise Failure(f"{native} does not list its programs")
    return found.group(1).split()


def engines(path, folder):
    """Kuseg lists its engines when asked for one that it has not; auto is one of the others."""
    try:
        run([path, "run", "--engine", "?"], folder)
    except Failure as e:
        found = re.search(r"is none of: ([\w ]+?) *(\(|$)", str(e), re.M)
        names = found.group(1).split() if found else []
        return [n for n in names if n != "auto"]
    return []


def find(args, setup):
    """(peers, remarks): kuseg's engines first; an engine that takes long is left to --engines."""
    known = engines(args.kuseg, setup.folder)
    wanted = args.engines.split(",") if args.engines else known
    unknown = [n for n in wanted if n not in known]
    if unknown or not wanted:
        raise Failure(f"kuseg has the engines {' '.join(known)}, not {' '.join(unknown)}")
    peers, remarks = [Kuseg(args.kuseg, n, setup) for n in wanted], []
    path = args.sys161 or shutil.which("sys161")
    if not path:
        remarks.append("no System/161: name it by --sys161 to compare with it")
    else:
        other = System161(path, setup)
        if other.version:
            peers.append(other)
        elif args.sys161:
            raise Failure(f"{path} is not the original System/161")
        else:
            remarks.append("the sys161 on the path is kuseg itself: name the original by --sys161")
    return peers + [Native(setup.native, setup)], remarks
