"""Instructions of the plasticity processors as words, for tests that need no compiler."""

import struct

from hicannx_sim.ppu import Core

WAIT = 0x7C00007C


def addi(d, a, value):
    return 14 << 26 | d << 21 | a << 16 | value & 0xFFFF


def addis(d, a, value):
    return addi(d, a, value) | 1 << 26


def lis(d, value):
    return addis(d, 0, value)


def memory(opcode, d, displacement, a):
    """A load or store at a register and a displacement."""
    return opcode << 26 | d << 21 | a << 16 | displacement & 0xFFFF


def load(d, displacement, a=0):
    return memory(32, d, displacement, a)


def store(d, displacement, a=0):
    return memory(36, d, displacement, a)


def core_with(*words, at=0):
    """A core outside of any chip with these words in its memory."""
    core = Core()
    core.load_image(struct.pack(f">{len(words)}I", *words), at)
    return core
