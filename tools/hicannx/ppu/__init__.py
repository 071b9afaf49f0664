"""Programs of the PPUs: building, checking, listing and running them. (`hicannx ppu --help` does the same on the command line.)

`build` compiles C that includes <ppu.h> with a compiler for PowerPC and nothing else of a toolchain; `run` carries a program out on an
initialised chip and returns its mailbox and return code. docs/ppu.md is the manual.
"""

from haldls.ppu_toolchain import (
    BuildError,
    Code,
    Compiler,
    CompilerNotFoundError,
    Finding,
    Kind,
    Program,
    build,
    check,
    find_compiler,
    listing,
)
from hicannx.ppu.host import PPUTimeoutError, Result, load_and_start_program, run, stop_program, wait_until_ppu_finished

__all__ = [
    "BuildError",
    "Code",
    "Compiler",
    "CompilerNotFoundError",
    "Finding",
    "Kind",
    "PPUTimeoutError",
    "Program",
    "Result",
    "build",
    "check",
    "find_compiler",
    "listing",
    "load_and_start_program",
    "run",
    "stop_program",
    "wait_until_ppu_finished",
]
