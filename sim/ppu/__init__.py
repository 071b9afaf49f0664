"""The plasticity processors: a scalar core of the Power family with a vector unit of 1024 bits, one per hemisphere."""

from haldls.ppu_toolchain.isa import INSTRUCTIONS, Instruction, Undecoded, disassemble, encode_vector
from hicannx_sim.ppu.core import Core

__all__ = ["INSTRUCTIONS", "Core", "Instruction", "Undecoded", "disassemble", "encode_vector"]
