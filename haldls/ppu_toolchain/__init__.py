"""From C to a program of the PPUs: instruction set, compiler with our own header and start-up code, checker and disassembler.

`build` compiles C that includes <ppu.h> with a compiler for PowerPC and nothing else of a toolchain. docs/ppu.md is the manual.
"""

from haldls.ppu_toolchain.building import BuildError, Compiler, CompilerNotFoundError, Program, build, find_compiler
from haldls.ppu_toolchain.check import Finding, Kind, check
from haldls.ppu_toolchain.code import Code
from haldls.ppu_toolchain.listing import listing

__all__ = [
    "BuildError",
    "Code",
    "Compiler",
    "CompilerNotFoundError",
    "Finding",
    "Kind",
    "Program",
    "build",
    "check",
    "find_compiler",
    "listing",
]
