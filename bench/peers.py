# SPDX-License-Identifier: ISC
"""Who can run the benchmarks. A peer says how to start a program, and what it is called.

To add one (another engine is found by itself): a class with the members of Peer, and a line in
find(). A peer that cannot run hearth gets a guest of its own (guest/bare); a program's checksum is
the same everywhere.
"""
import json
import os
import re
import shutil
import struct
import subprocess

from measure import Failure, run

DECSTATION_FLOAT = "decstation-float-le.elf"
CONF = "0 serial\n1 timer\n31 mainboard ramsize=16M cpus=1\n"


class Peer:
    name = label = version = ""
    hearth = False  # boots it, so all its programs are there
    floats = False  # runs those that want a floating-point coprocessor
    is_kuseg = is_native = False

    def can(self, program):
        return self.floats if program.floating else self.hearth or program.portable

    def argv(self, program, iterations, kernel=None):
        """Command line of one measured run; iterations 0: the program's own number."""
        raise NotImplementedError

    def empty_argv(self, floating=False):
        """Command line of everything around a measured run."""
        raise NotImplementedError


class Kuseg(Peer):
    hearth = floats = is_kuseg = True

    def __init__(self, path, engine, setup):
        self.path, self.name, self.setup = path, engine, setup
        self.label = f"kuseg {engine}"
        self.version = first_line(run([path, "--version"], setup.folder).output)

    def machine(self, words, kernel=None, options=()):
        return [self.path, "run", "--engine", self.name, "--conf", self.setup.conf, *options,
                kernel or self.setup.kernel, *words]

    def decstation(self, words, options=()):
        return [self.path, "run", "--engine", self.name, *options, self.setup.bare(DECSTATION_FLOAT),
                *words.split()]

    def argv(self, program, iterations, kernel=None):
        if program.floating:
            return self.decstation(program.words(iterations))
        return self.machine([program.guest_words(iterations)], kernel)

    def empty_argv(self, floating=False):
        return self.decstation("halt") if floating else self.machine(["halt"])

    def counted(self, words, tag, floating=False):
        """Output of a run, and its instructions retired. Not for timing: the counters include a
        hash of the guest's memory."""
        path = os.path.join(self.setup.folder, tag + ".json")
        options = ["--stats", path]
        argv = self.decstation(words, options) if floating else self.machine([words], options=options)
        sample = run(argv, self.setup.folder)
        with open(path, encoding="ascii") as f:
            return sample.output, json.load(f)["retired"]


class System161(Peer):
    name, label = "sys161", "System/161"
    hearth = True

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

    def empty_argv(self, floating=False):
        return self.machine(["halt"])


class GXemul(Peer):
    """A DECstation with an R3000. Its single precision computes other things, so is left out."""
    label = "GXemul"
    floats = True

    def can(self, program):
        return super().can(program) and not program.single

    def __init__(self, name, path, setup):
        self.name = name
        self.path, self.setup = path, setup
        self.version = said(path, "-h", r"(GXemul \d[\d.]*)")

    def machine(self, words, floating):
        kernel = self.setup.bare(DECSTATION_FLOAT if floating else "decstation-le.elf")
        return [self.path, "-q", "-e", "3max", "-o", words, kernel]

    def argv(self, program, iterations):
        return self.machine(program.words(iterations), program.floating)

    def empty_argv(self, floating=False):
        return self.machine("halt", floating)


class QemuSystem(Peer):
    """A Malta board, TCG, one thread."""
    floats = True

    def __init__(self, name, path, setup):
        self.name = self.label = name
        self.path, self.setup = path, setup
        self.version = said(path, "--version", r"version (\d[\d.]*)", "QEMU ")

    def machine(self, words, floating):
        kernel = self.setup.bare(f"malta{'-float' if floating else ''}-{order(self.name)}.elf")
        return [self.path, "-M", "malta", "-cpu", "24Kf" if floating else "24Kc", "-accel",
                "tcg,thread=single", "-nodefaults", "-display", "none", "-monitor", "none",
                "-serial", "stdio", "-no-reboot", "-kernel", kernel, "-append", words]

    def argv(self, program, iterations):
        return self.machine(program.words(iterations), program.floating)

    def empty_argv(self, floating=False):
        return self.machine("halt", floating)


class QemuProcess(Peer):
    def __init__(self, name, path, setup):
        self.name = self.label = name
        self.path, self.program = path, setup.bare(f"linux-{order(name)}")
        self.version = said(path, "--version", r"version (\d[\d.]*)", "QEMU ")

    def argv(self, program, iterations):
        return [self.path, self.program, *program.words(iterations).split()]

    def empty_argv(self, floating=False):
        return [self.path, self.program, "halt"]


class Native(Peer):
    name = "native"
    floats = is_native = True

    def __init__(self, path, setup):
        self.path, self.first, self.setup = path, setup.portable_names[0], setup
        self.label = f"native -{setup.level}"

    def argv(self, program, iterations):
        path = self.setup.float_native if program.floating else self.path
        return [path, program.name, str(iterations)]

    def empty_argv(self, floating=False):
        return [self.path, self.first, "1"]


def order(name):
    return "le" if name.endswith("el") else "be"


def said(path, option, pattern, before=""):
    """The version that it tells, whatever its exit status."""
    try:
        text = subprocess.run([path, option], capture_output=True, text=True, check=False).stdout
    except OSError as e:
        raise Failure(f"cannot run {path}: {e.strerror}") from e
    found = re.search(pattern, text)
    return before + found.group(1) if found else path


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

    def __init__(self, folder, build, level):
        guest = os.path.join(build, "guest")
        self.folder, self.level, self.bare_folder = folder, level, os.path.join(guest, "bare")
        self.kernel = os.path.join(guest, "hearth", "hearth-be.elf")
        self.native = os.path.join(guest, "hearth", "hearth-bench-native" +
                                   ("" if level == "O2" else f"-{level}"))
        self.float_native = self.bare("float-native" + ("" if level == "O2" else f"-{level}"))
        for path in (self.kernel, self.native, self.float_native, self.bare("malta-le.elf")):
            if not os.path.exists(path):
                raise Failure(f"there is no {path}: build first (./dev build; the guest needs "
                              "mips-linux-gnu-gcc)")
        self.conf = os.path.join(folder, "sys161.conf")
        self.off = os.path.join(folder, "off.elf")
        with open(self.conf, "w", encoding="ascii") as f:
            f.write(CONF)
        with open(self.off, "wb") as f:
            f.write(power_off_kernel())
        self.portable_names = names_of(self.native)
        self.float_names = [n for n in names_of(self.float_native) if n not in self.portable_names]

    def bare(self, name):
        return os.path.join(self.bare_folder, name)


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


def find_kuseg(args, setup):
    """An engine that takes long is left to --engines."""
    known = engines(args.kuseg, setup.folder)
    wanted = args.engines.split(",") if args.engines else known
    unknown = [n for n in wanted if n not in known]
    if unknown or not wanted:
        raise Failure(f"kuseg has the engines {' '.join(known)}, not {' '.join(unknown)}")
    return [Kuseg(args.kuseg, n, setup) for n in wanted]


def find_sys161(path, asked, setup):
    """(peers, remarks)"""
    if not path:
        return [], ["No System/161: name it by --sys161 to compare with it."]
    other = System161(path, setup)
    if other.version:
        return [other], []
    if asked:
        raise Failure(f"{path} is not the original System/161")
    return [], ["The sys161 on the path is kuseg itself: name the original by --sys161."]


OTHERS = {"gxemul": GXemul, "qemu-system-mipsel": QemuSystem, "qemu-system-mips": QemuSystem,
          "qemu-mipsel": QemuProcess, "qemu-mips": QemuProcess}
NAMES = ["sys161", *OTHERS, "native"]


def find_others(args, wanted, setup):
    """Those that get a guest of their own: (peers, remarks)."""
    found, absent = [], []
    for name in [n for n in OTHERS if n in wanted]:
        given = args.gxemul if name == "gxemul" else None
        path = given or shutil.which(name, path=args.qemu if name != "gxemul" else None)
        if path:
            found.append(OTHERS[name](name, path, setup))
        else:
            absent.append(name)
    return found, [f"Not found: {', '.join(absent)} (Debian's packages gxemul, qemu-system-mips and "
                   "qemu-user; --gxemul PATH, --qemu FOLDER)."] if absent else []



def find(args, setup):
    """(peers, remarks): kuseg's engines first, native last."""
    wanted = args.peers.split(",") if args.peers is not None else NAMES
    unknown = [n for n in wanted if n and n not in NAMES]
    if unknown:
        raise Failure(f"no peer {' '.join(unknown)}; there are: {' '.join(NAMES)}")
    peers, remarks = find_kuseg(args, setup), []
    if "sys161" in wanted:
        more, said_of = find_sys161(args.sys161 or shutil.which("sys161"), args.sys161, setup)
        peers, remarks = peers + more, remarks + said_of
    more, said_of = find_others(args, wanted, setup)
    peers, remarks = peers + more, remarks + said_of
    return peers + ([Native(setup.native, setup)] if "native" in wanted else []), remarks
