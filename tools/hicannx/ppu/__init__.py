"""Programs of the PPUs: building, checking, listing and running them. (`hicannx ppu --help` does the same on the command line.)

>>> from hicannx import ppu
>>> program = ppu.build("rule.c")  # doctest: +SKIP
>>> ppu.run(connection, program.path, halco.PPUOnDLS.bottom)  # doctest: +SKIP
Result(return_code=0, mailbox='hello\\n', failure=None)

The first needs a compiler for PowerPC and nothing else of a toolchain; the second an initialised chip.
"""

from hicannx.ppu.check import Finding, Kind, check
from hicannx.ppu.code import Code
from hicannx.ppu.host import PPUTimeoutError, Result, load_and_start_program, run, stop_program, wait_until_ppu_finished
from hicannx.ppu.listing import listing
from hicannx.ppu.toolchain import BuildError, Compiler, CompilerNotFoundError, Program, build, find_compiler

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
