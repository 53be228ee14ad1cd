# SPDX-License-Identifier: ISC
"""The guest of crash/: what its boot string's first letter means stands in crash/kernel.c."""
import os

from boot import HEARTH, kuseg

_HERE = os.path.join(os.path.dirname(HEARTH), "..", "..", "tests", "boot")
CRASH = os.path.join(_HERE, "crash-kernel")
FAULTY = os.path.join(_HERE, "faulty")


def crash(letter, *options, **more):
    return kuseg("--warp", "--symbols", FAULTY, *options, CRASH, letter, **more)
