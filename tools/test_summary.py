#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Counts what `meson test` wrote to testlog.json: single cases where a test speaks TAP.

usage: test_summary.py LABEL BUILD_DIR TALLY_FILE

Prints a line for each suite and the end of what each failed test said; appends a line
"passed failed skipped" to TALLY_FILE.
"""
import collections
import json
import os
import re
import sys

TAIL_LINES = 40


def cases(test):
    """(passed, failed, skipped) of one test."""
    out = test.get("stdout") or ""
    result = test["result"]
    if result == "SKIP":
        return 0, 0, 1
    passed = failed = skipped = 0
    if re.search(r"^1\.\.\d+", out, re.M):
        for line in out.splitlines():
            if re.match(r"not ok\b", line):
                failed += 1
            elif re.match(r"ok\b.*# *skip", line, re.I):
                skipped += 1
            elif re.match(r"ok\b", line):
                passed += 1
    if result in ("OK", "EXPECTEDFAIL"):
        return max(passed, 0 if skipped else 1), 0, skipped
    return passed, max(failed, 1), skipped


def suite_of(name):
    """'kuseg:isa+slow / random' is of suite isa."""
    m = re.match(r"[^:]*:([\w-]+)", name)
    return m.group(1) if m else "other"


def show_failure(test):
    print(f"---- {test['name']}: {test['result']}")
    text = (test.get("stdout") or "") + (test.get("stderr") or "")
    for line in text.splitlines()[-TAIL_LINES:]:
        print("     " + line)
    print("     repeat with: " + " ".join(test["command"]))


def main():
    label, build, tally = sys.argv[1:4]
    path = os.path.join(build, "meson-logs", "testlog.json")
    if not os.path.exists(path):
        print(f"  {label:8} FAILED: the tests did not run; see {build}/meson-logs/dev-test.log")
        with open(tally, "a") as f:
            f.write("0 1 0\n")
        return
    suites = collections.defaultdict(lambda: [0, 0, 0, 0.0])
    failures = []
    with open(path) as f:
        for line in f:
            test = json.loads(line)
            p, failed, s = cases(test)
            row = suites[suite_of(test["name"])]
            row[0] += p
            row[1] += failed
            row[2] += s
            row[3] += test["duration"]
            if failed:
                failures.append(test)
    for name, (p, failed, s, seconds) in sorted(suites.items()):
        print(f"  {label:8} {name:12} {p} passed, {failed} failed, {s} skipped ({seconds:.1f} s)")
    for test in failures:
        show_failure(test)
    with open(tally, "a") as f:
        f.write("{} {} {}\n".format(*(sum(r[i] for r in suites.values()) for i in range(3))))


main()
