# SPDX-License-Identifier: ISC
"""Tables: for the terminal, or as Markdown."""
import math
import os
import platform
import re
import subprocess

import programs


def number(x):
    """Three digits, never scientific."""
    if x is None:
        return "-"
    return f"{x:.0f}" if x >= 100 else f"{x:.1f}" if x >= 10 else f"{x:.2f}" if x >= 1 else f"{x:.3f}"


def mean(values):
    values = [v for v in values if v]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


class Table:
    def __init__(self, heads):
        self.rows = [heads]

    def add(self, *cells):
        self.rows.append([c if isinstance(c, str) else number(c) for c in cells])

    def text(self, markdown):
        widths = [max(len(r[i]) for r in self.rows) for i in range(len(self.rows[0]))]
        lines = []
        for n, row in enumerate(self.rows):
            cells = [c.ljust(w) if i == 0 else c.rjust(w)
                     for i, (c, w) in enumerate(zip(row, widths))]
            lines.append("| " + " | ".join(cells) + " |" if markdown else "  ".join(cells).rstrip())
            if n == 0 and markdown:
                lines.append("|" + "|".join("-" * (w + 1) + (":" if i else "-")
                                            for i, w in enumerate(widths)) + "|")
        return "\n".join(lines)


def bench_table(results, peers, markdown):
    """A row a program; seconds are those for the iterations in its row."""
    kusegs = [p for p in peers if p.is_kuseg]

    def mips(row, k):
        return row["instructions"] / 1e6 / row["peers"][k.name]["cpu"]

    table = Table(["program", "iterations", "Minsn"] + [f"MIPS {k.name}" for k in kusegs] +
                  [f"s {p.name}" for p in peers])
    for r in results:
        table.add(r["program"], str(r["iterations"]), r["instructions"] / 1e6,
                  *[mips(r, k) for k in kusegs],
                  *[r["peers"].get(p.name, {}).get("cpu") for p in peers])
    for title, rows in programs.means(results).items():
        table.add("mean: " + title, "", "", *[mean(mips(r, k) for r in rows) for k in kusegs],
                  *[""] * len(peers))
    return table.text(markdown)


def ratio_table(engine, results, others, markdown):
    """One of kuseg's engines beside the other peers."""
    heads = [f"{o.label}'s time" if o.is_native else o.label for o in others]
    table = Table([engine.label + ": times faster than"] + heads)
    for r in results:
        table.add(r["program"], *[r["ratios"].get(f"{engine.name}/{o.name}") for o in others])
    for title, rows in programs.means(results).items():
        table.add("mean: " + title, *[mean(r["ratios"].get(f"{engine.name}/{o.name}") for r in rows)
                                      for o in others])
    return table.text(markdown)


def segment_table(segments, kusegs, markdown):
    """Mapped memory beside unmapped."""
    heads = [h for k in kusegs for h in (f"{k.name} s kuseg", "s kseg0", "ratio")]
    table = Table(["program"] + heads)
    for r in segments:
        table.add(r["program"], *[r[k.name][column] for k in kusegs
                                  for column in ("user", "kernel", "ratio")])
    table.add("mean", *[cell for k in kusegs
                        for cell in ("", "", mean(r[k.name]["ratio"] for r in segments))])
    return table.text(markdown)


def boot_table(boots, markdown):
    table = Table(["starting", "boot and halt, CPU ms", "wall ms", "power off at once, CPU ms",
                   "wall ms", "peak memory at the prompt, MB"])
    for b in boots:
        table.add(b["label"], b["boot_cpu"] * 1e3, b["boot_wall"] * 1e3, b["off_cpu"] * 1e3,
                  b["off_wall"] * 1e3, b["peak_kb"] / 1024)
    return table.text(markdown)


def notes(results, peers):
    lines = ["Seconds are host CPU seconds for the iterations in the row, without boot and halt; each "
             "peer ran as many as take it the time of a run. Of native it is the time that is "
             "compared, not the speed. Means are geometric, each over the programs that the peer "
             "can run."]
    without = [r["program"] for r in results if len(r["peers"]) < len(peers)]
    if without:
        lines.append("Not every peer can run " + ", ".join(without) + ".")
    apart = [f"{p.label} {100 * max(s):.0f} %" for p in peers
             for s in [[r["peers"][p.name]["spread"] for r in results if p.name in r["peers"]]] if s]
    lines.append("Largest spread of a program's runs: " + ", ".join(apart) + ".")
    return lines


def machine(compilers, versions):
    model = "unknown CPU"
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        found = re.search(r"^model name\s*: (.*)$", f.read(), re.M)
        model = found.group(1) if found else model
    with open("/proc/meminfo", encoding="ascii") as f:
        kilobytes = int(f.readline().split()[1])
    return (f"{model}, {os.cpu_count()} CPUs, {kilobytes / 1048576:.0f} GB; Linux "
            f"{'.'.join(platform.release().split('.')[:2])}; {', '.join(compilers)}; {', '.join(versions)}")


def compiler(name):
    """First line of its --version, shortened."""
    try:
        said = subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return f"no {name}"
    return re.sub(r"\(.*?\) *", "", said.splitlines()[0])
