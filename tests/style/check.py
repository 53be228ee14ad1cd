#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The rules of the tree that a program can check, one TAP line a rule.

usage: check.py SOURCE_ROOT BUILD_DIR COMPILER...
       check.py SOURCE_ROOT --statics
"""
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT, BUILD, CC = sys.argv[1], sys.argv[2], sys.argv[3:]
CODE = (".c", ".h", ".S", ".inc", ".def", ".ld", ".py", ".sh")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def table(name):
    """Lines of words, without comments: {first: [others]}."""
    rows = {}
    for line in read(os.path.join("tests", "style", name)).splitlines():
        words = line.split("#")[0].split()
        if words:
            rows[words[0]] = words[1:]
    return rows


def files(*folders, ends=CODE):
    for folder in folders:
        for base, dirs, names in os.walk(os.path.join(ROOT, folder)):
            dirs.sort()
            for name in sorted(names):
                if name.endswith(ends):
                    yield os.path.relpath(os.path.join(base, name), ROOT)


def includes(path, pattern):
    for n, line in enumerate(read(path).splitlines(), 1):
        m = re.match(r"\s*#\s*include\s*" + pattern, line)
        if m:
            yield n, m.group(1)


def check_layers():
    """includes follow layers.txt"""
    layers = table("layers.txt")
    for path in files("src"):
        folder = path.split("/")[1]
        if folder not in layers:
            yield f"{path}: the folder src/{folder} is not in tests/style/layers.txt"
            continue
        for n, name in includes(path, r'"([^"]+)"'):
            other = name.split("/")[0] if "/" in name else None
            if other is None:
                yield f'{path}:{n}: write #include "{folder}/{name}"'
            elif not os.path.exists(os.path.join(ROOT, "src", name)):
                yield f"{path}:{n}: there is no src/{name}"
            elif other != folder and other not in layers[folder]:
                yield f"{path}:{n}: {folder} may not include {other} (tests/style/layers.txt)"
            elif other != folder and name.endswith("_int.h"):
                yield f"{path}:{n}: {name} is private to {other}"


def check_cycles():
    """no include cycles"""
    graph = {p: ["src/" + i for _, i in includes(p, r'"([^"]+)"')] for p in files("src")}
    done = set()

    def walk(path, trail):
        if path in trail:
            return " -> ".join(trail[trail.index(path):] + [path])
        if path in done or path not in graph:
            return None
        for other in graph[path]:
            found = walk(other, trail + [path])
            if found:
                return found
        done.add(path)
        return None

    for path in graph:
        found = walk(path, [])
        if found:
            yield found
            return


def check_system_headers():
    """only src/host talks to the operating system"""
    allowed = table("headers.txt")
    for path in files("src"):
        if path.startswith("src/host/"):
            continue
        for n, name in includes(path, r"<([^>]+)>"):
            if name not in allowed:
                yield f"{path}:{n}: <{name}> belongs into src/host (tests/style/headers.txt)"


def compile_header(path):
    run = subprocess.run(CC + ["-fsyntax-only", "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra",
                               "-I" + os.path.join(ROOT, "src"), "-x", "c", "-include",
                               os.path.join(ROOT, path), "/dev/null"],
                         capture_output=True, text=True)
    return None if run.returncode == 0 and not run.stderr else run.stderr.splitlines()[0]


def check_headers_alone():
    """every header compiles alone"""
    headers = list(files("src", ends=(".h",)))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from (line for line in pool.map(compile_header, headers) if line)


def check_guards():
    """include guards are named after the file"""
    for path in files("src", ends=(".h",)):
        guard = re.sub(r"\W", "_", path[len("src/"):]).upper()
        if f"#ifndef {guard}\n#define {guard}\n" not in read(path):
            yield f"{path}: its include guard should be {guard}"


def functions(text):
    """(line, name, is static) of each function defined: its brace stands alone in column 0."""
    lines = text.split("\n")
    for n, line in enumerate(lines):
        if line != "{":
            continue
        first = n
        while first > 0 and lines[first - 1] and lines[first - 1][-1] not in ";}/\\" \
                and lines[first - 1][0] not in "#":
            first -= 1
        head = " ".join(lines[first:n])
        head = re.sub(r"__attribute__\(\(.*?\)\)|\b[A-Z][A-Z_0-9]+\([^)]*\)", "", head)
        m = re.search(r"(\w+)\s*\(", head)
        if m:
            yield first + 1, m.group(1), bool(re.match(r"static\b", head))


def misnamed(static):
    allowed = table("names.txt")
    for path in files("src", ends=(".c", ".h", ".inc")):
        stem = os.path.basename(path).split(".")[0]
        prefixes = tuple(allowed.get(path, [])) + (stem.split("_")[0] + "_",)
        for n, name, is_static in functions(read(path)):
            if is_static == static and name not in (stem, "main") and not name.startswith(prefixes):
                yield f"{path}:{n}: {name} does not begin with {prefixes[-1]}"


def check_names():
    """names of public functions begin as their file's"""
    yield from misnamed(static=False)


def check_spdx():
    """the licence stands in the first line"""
    for path in files("src", "tests", "bench", "guest", "tools"):
        lines = read(path).split("\n", 2)
        line = lines[1] if lines[0].startswith("#!") else lines[0]
        if "SPDX-License-Identifier: ISC" not in line:
            yield f"{path}: no SPDX-License-Identifier: ISC in the first line"


def check_promises():
    """what SPEC.md and docs/sys161.md name exists"""
    run = subprocess.run(["meson", "introspect", "--tests", "--benchmarks", BUILD],
                         capture_output=True, text=True)
    known = set()
    for entries in json.loads(run.stdout).values() if run.returncode == 0 else []:
        for test in entries:
            for suite in test["suite"]:
                known.add(suite.split(":")[-1] + "/" + test["name"])
    text = "".join(read(p) for p in files("tests", ends=(".c", ".py", ".sh", ".S")))
    for path in ("SPEC.md", "docs/sys161.md"):
        yield from missing_tests(path, known, text)


def missing_tests(path, known, text):
    page = read(path)
    names = re.findall(r"`((?:unit|cli|ir|isa|asm|dev|guest|machine|boot|linux|fuzz|style)/[\w.+-]+)(?::(\w+))?`", page)
    if not names:
        yield f"{path}: names no test"
    for name, case in names:
        if name not in known:
            yield f"{path}: there is no test {name}"
        elif case and not re.search(rf"\b{case}\b", text):
            yield f"{path}: {name} has no case {case}"
    for name in re.findall(r"`(bench/[\w./-]+)`", page):
        if not os.path.exists(os.path.join(ROOT, name)):
            yield f"{path}: there is no {name}"


def check_packages():
    """README.md names every package that ./dev installs"""
    readme = read("README.md")
    for line in read("tools/packages.txt").splitlines():
        words = line.split()
        if words and words[0] != "#" and f"`{words[1]}`" not in readme:
            yield f"README.md: does not name the package {words[1]} (tools/packages.txt)"


CHECKS = [check_layers, check_cycles, check_system_headers, check_headers_alone, check_guards,
          check_names, check_spdx, check_promises, check_packages]


def main():
    print(f"1..{len(CHECKS)}")
    failed = 0
    for n, check in enumerate(CHECKS, 1):
        problems = sorted(set(check()))
        print(f"{'not ok' if problems else 'ok'} {n} - {check.__doc__}")
        for line in problems:
            print("# " + line)
        failed += bool(problems)
        sys.stdout.flush()
    print(f"# {len(list(misnamed(static=True)))} static functions are not named after their file"
          " (--statics lists them)")
    sys.exit(bool(failed))


if "--statics" in sys.argv:
    print("\n".join(misnamed(static=True)))
else:
    main()
