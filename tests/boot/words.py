# SPDX-License-Identifier: ISC
"""Kernels of a few words for the DECstation, put together here."""
import struct

CODE = 0x80040000
T0, T1, T2, S0, S1 = 8, 9, 10, 16, 17
ZERO = 0
DZ = 0xBFE00000
RTC = 0xBFE80000
PORTS = 0xBF900000  # of the Ethernet card on the board
CARD = 0xBF800000
GATE = 0xBFC80000
POWER = 0x20
LOOP = [0x1000FFFF, 0]


def _immediate(op, rs, rt, value):
    return op << 26 | rs << 21 | rt << 16 | value & 0xFFFF


def li(rt, value):
    return [_immediate(0x0F, 0, rt, value >> 16), _immediate(0x0D, rt, rt, value)]


def lbu(rt, offset, base):
    return [_immediate(0x24, base, rt, offset)]


def sb(rt, offset, base):
    return [_immediate(0x28, base, rt, offset)]


def sh(rt, offset, base):
    return [_immediate(0x29, base, rt, offset)]


def sw(rt, offset, base):
    return [_immediate(0x2B, base, rt, offset)]


def addiu(rt, value):
    return [_immediate(0x09, rt, rt, value)]


def for_ever(*parts):
    """The parts, round and round."""
    body = sum(parts, [])
    return body + [_immediate(0x04, 0, 0, -len(body) - 1), 0]


def kernel(path, *parts):
    code = b"".join(struct.pack("<I", word) for word in sum(parts, []))
    ident = b"\x7fELF\1\1\1" + bytes(9)
    head = struct.pack("<HHIIIIIHHHHHH", 2, 8, 1, CODE, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    segment = struct.pack("<8I", 1, 84, CODE, CODE, len(code), len(code), 7, 4)
    with open(path, "wb") as f:
        f.write(ident + head + segment + code)
