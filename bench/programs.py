# SPDX-License-Identifier: ISC
"""What is run: hearth's benchmarks, sorted into the groups that get a mean of their own."""
import re

from measure import Failure

COMPUTE = "computing"
SYSTEM = "TLB, exceptions, system calls"
FLOAT = "floating point"

# Their time is the TLB's, the exceptions' and the guest kernel's. All but chasefar need hearth.
OF_SYSTEM = ["chasefar", "tlb", "getpid", "yield", "pipe", "fault", "fork", "spawn"]

# Of those of floating point: with single precision.
OF_SINGLES = ["matmuls"]

# Of the computing ones: calls and returns, calls through pointers, a bytecode loop.
OF_CALLS = ["recurse", "dispatch", "interp"]


class Program:
    def __init__(self, name, portable, kernel=False, floating=False):
        self.name, self.kernel = name, kernel
        self.portable = portable  # runs without hearth
        self.floating = floating  # only there, on machines that can
        self.single = name in OF_SINGLES
        self.group = FLOAT if floating else SYSTEM if name in OF_SYSTEM else COMPUTE

    def words(self, iterations):
        number = f" {iterations}" if iterations else ""
        return f"{'kbench' if self.kernel else 'bench'} {self.name}{number}"

    def guest_words(self, iterations):
        """For hearth."""
        return self.words(iterations) + ";halt"

    def in_kernel(self):
        """The same in kernel mode, in kseg0."""
        return Program(self.name, self.portable, kernel=True)

    def result(self, output):
        """(iterations, checksum) as the program printed them."""
        found = re.search(rf"^k?bench {self.name} iterations (\d+) checksum (\w+)", output, re.M)
        if not found:
            raise Failure(f"{self.words(0)} printed no result:\n{output}")
        return int(found.group(1)), found.group(2)


def choose(portable_names, float_names, only):
    """Programs in table order."""
    names = portable_names + [n for n in OF_SYSTEM if n not in portable_names] + float_names
    found = [Program(n, n in portable_names, floating=n in float_names) for n in names]
    if only:
        unknown = [n for n in only if n not in names]
        if unknown:
            raise Failure(f"no program {' '.join(unknown)}; there are: {' '.join(names)}")
        found = [p for p in found if p.name in only]
    return sorted(found, key=lambda p: [COMPUTE, SYSTEM, FLOAT].index(p.group))


def means(results):
    """{title: rows} of the groups that get a mean."""
    groups = {"all": [r for r in results if r["group"] != FLOAT],
              COMPUTE: [r for r in results if r["group"] == COMPUTE],
              "call-heavy": [r for r in results if r["program"] in OF_CALLS],
              SYSTEM: [r for r in results if r["group"] == SYSTEM],
              FLOAT: [r for r in results if r["group"] == FLOAT]}
    return {title: rows for title, rows in groups.items() if rows}
