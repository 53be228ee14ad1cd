# SPDX-License-Identifier: ISC
"""What is run: hearth's benchmarks, sorted into the groups that get a mean of their own."""
import re

from measure import Failure

COMPUTE = "computing"
SYSTEM = "TLB, exceptions, system calls"

# Their time is the TLB's, the exceptions' and the guest kernel's. All but chasefar are hearth's
# own and have no native counterpart.
OF_SYSTEM = ["chasefar", "tlb", "getpid", "yield", "pipe", "fault", "fork", "spawn"]


class Program:
    def __init__(self, name, native, kernel=False):
        self.name, self.kernel = name, kernel
        self.title = name + " (kernel)" if kernel else name
        self.native = native
        self.group = SYSTEM if name in OF_SYSTEM and not kernel else COMPUTE

    def guest_words(self, iterations):
        number = f" {iterations}" if iterations else ""
        return f"{'kbench' if self.kernel else 'bench'} {self.name}{number};halt"

    def result(self, output):
        """(iterations, checksum) as the program printed them."""
        found = re.search(rf"^k?bench {self.name} iterations (\d+) checksum (\w+)", output, re.M)
        if not found:
            raise Failure(f"{self.title} printed no result:\n{output}")
        return int(found.group(1)), found.group(2)


def choose(native_names, only, kernel):
    """Programs in table order; `kernel` adds the computing ones in kernel mode."""
    names = native_names + [n for n in OF_SYSTEM if n not in native_names]
    found = [Program(n, n in native_names) for n in names]
    if kernel:
        found += [Program(n, True, kernel=True) for n in native_names]
    if only:
        unknown = [n for n in only if n not in names]
        if unknown:
            raise Failure(f"no program {' '.join(unknown)}; there are: {' '.join(names)}")
        found = [p for p in found if p.name in only]
    return sorted(found, key=lambda p: p.group != COMPUTE)
