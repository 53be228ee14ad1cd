#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The translator's options: what they show, and that the guest does not notice."""
import json

from boot import case, equal, guest, kuseg, main

WORK = "bench sort 5; bench interp 1; bench fork 2; selftest; stress 3 1; halt"


def stats(words, *options):
    guest(words, "--epoch", "1700000000", "--stats", "stats.json", *options).expect(0)
    with open("stats.json", encoding="ascii") as f:
        return json.load(f)


def state(s):
    return s["cycles"], s["retired"], s["state_hash"]


@case
def the_smallest_cache_changes_nothing():
    for n in ("1", "3"):
        plain = stats(WORK, "-n", n)
        small = stats(WORK, "-n", n, "--code-cache", "64K")
        equal(state(small), state(plain))
        equal(state(small), state(stats(WORK, "-n", n, "--engine", "interp")))
        t = small["translator"]
        assert t["flushes"] > 5 and t["evicted"] > 5, t
        assert t["code_bytes"] <= t["code_limit"] == 65536, t
        assert t["table_bytes"] < 2 * 65536, t
        assert plain["translator"]["code_limit"] >= plain["translator"]["code_bytes"]


@case
def a_cache_has_bounds():
    for size in ("63K", "1025M", "0"):
        kuseg("--code-cache", size).expect(2, "--code-cache", "out of range (64 KB to 1 GB)")
    kuseg("--code-cache", "much").expect(2, "--code-cache")
    kuseg("--code-cache", "1M", "--engine", "interp").expect(2, "'interp' has none")
    guest("halt", "--code-cache", "1G").expect(0)


@case
def statistics_say_where_the_time_went():
    s = stats(WORK)
    t = s["translator"]
    seconds = t["seconds"]
    equal(sorted(seconds), ["interpreter", "translated", "translating"])
    assert all(v >= 0 for v in seconds.values()), seconds
    assert abs(sum(seconds.values()) - s["cpu_seconds"]) < 1e-5, (seconds, s["cpu_seconds"])
    assert 0 < t["start_ns"] and 0 < t["translate_ns"], t
    left = sum(v for k, v in t.items() if k.startswith("left_"))
    equal(left, t["runs"], "every way back to C has its reason")
    assert 0 < t["interpreted"] < s["retired"], t
    assert "translator" not in stats("halt", "--engine", "interp")


if __name__ == "__main__":
    main()
