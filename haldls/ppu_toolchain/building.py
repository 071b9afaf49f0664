"""From C to a program: a compiler for PowerPC with our own header, start-up code and linker script."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from haldls.lola import PPUElfFile, PPUProgramError
from haldls.ppu_toolchain.check import Finding, check

SUPPORT = Path(__file__).parent / "on-ppu"
START = (SUPPORT / "start.S", SUPPORT / "runtime.c")
"""What every program begins with, and what compilers call."""
VARIABLE = "HICANNX_PPU_CC"
COMPILERS = ("powerpc-linux-gnu-gcc", "powerpc-unknown-linux-gnu-gcc", "powerpc-eabi-gcc", "powerpc-unknown-eabi-gcc", "powerpc-elf-gcc")
DIALECT = ("-std=gnu17",)
FREESTANDING = ("-ffreestanding", "-fno-builtin", "-fno-stack-protector", "-fno-pic", "-fno-asynchronous-unwind-tables")
NO_CALLS = ("-fno-tree-loop-distribute-patterns",)  # or memset would call itself
SECTIONS = ("-ffunction-sections", "-fdata-sections")
# what the core has: integers, aligned words, no string instructions; addresses without tables (facts: ppu/toolchain 1)
INTEGERS = ("-mcpu=powerpc", "-msoft-float", "-mstrict-align", "-mno-string")
ADDRESSES = ("-mno-pltseq", "-fno-pie", "-msdata=none", "-mno-relocatable")
LINK = ("-nostdlib", "-no-pie", "-static", "-Wl,--gc-sections,--build-id=none,--relax,--no-warn-rwx-segments")


class BuildError(PPUProgramError):
    """The compiler or the linker refused a program; the text is what they said."""


class CompilerNotFoundError(BuildError):
    """There is no compiler for the PPU on this machine."""


@dataclass(frozen=True)
class Compiler:
    """A command that compiles and links for PowerPC."""

    command: tuple[str, ...]

    def options(self) -> list[str]:
        """What every source is compiled with, in C and C++, besides the dialect and the level of optimisation."""
        return [*FREESTANDING, *NO_CALLS, *SECTIONS, *INTEGERS, *ADDRESSES, "-I", str(SUPPORT / "include")]

    def arguments(self) -> list[str]:
        """The command that makes a program of C, without sources and output."""
        return [*self.command, *DIALECT, *self.options(), *self.linking(SUPPORT / "ppu.ld")]

    def linking(self, script: Path) -> list[str]:
        """Options for linking with a script, which finds those it includes beside itself and beside our own."""
        return [*LINK, f"-Wl,-T,{script}", f"-L{SUPPORT}"]

    def version(self) -> str:
        """What the compiler says it is."""
        return _version(self.command)

    def for_cpp(self) -> Compiler:
        """The compiler for C++ of the same make. Raises CompilerNotFoundError."""
        *others, last = self.command
        command = (*others, re.sub(r"gcc(?=[^/]*$)", "g++", last))
        if shutil.which(command[0]) and command != self.command and _version(command):
            return Compiler(command)
        advice = "install g++-powerpc-linux-gnu (Debian: apt install g++-powerpc-linux-gnu)"
        missing = f"there is no compiler for C++ beside {' '.join(self.command)}"
        raise CompilerNotFoundError(f"{missing}: {advice}, or name another GCC in {VARIABLE}")

    def run(self, arguments: Sequence[str | Path]) -> str:
        """Carries out the command with these arguments; returns what it remarked. Raises BuildError with what it said."""
        done = subprocess.run([*self.command, *map(str, arguments)], capture_output=True, text=True, errors="backslashreplace", check=False)
        if done.returncode:
            raise BuildError(readable(done.stderr))
        return readable(done.stderr)


@lru_cache
def _version(command: tuple[str, ...]) -> str:
    return subprocess.run([*command, "--version"], capture_output=True, text=True, check=False).stdout


@dataclass(frozen=True)
class Program:
    """A program that was built: its file, what the checker found, what the compiler remarked, and bytes taken up in each memory."""

    path: Path
    findings: tuple[Finding, ...]
    messages: str
    sizes: dict[str, int]


def find_compiler(name: str | None = None) -> Compiler:
    """The GCC for PowerPC called `name`, else the one in HICANNX_PPU_CC, else one with a usual name. Raises CompilerNotFoundError."""
    chosen = name or os.environ.get(VARIABLE)
    if chosen:
        return _chosen(chosen)
    for candidate in COMPILERS:
        if shutil.which(candidate):
            return Compiler((candidate,))
    advice = "install gcc-powerpc-linux-gnu (Debian: apt install gcc-powerpc-linux-gnu)"
    raise CompilerNotFoundError(f"there is no compiler for the PPU: {advice}, or name one in {VARIABLE}")


def _chosen(name: str) -> Compiler:
    try:
        command = tuple(shlex.split(name))
    except ValueError:  # quotation marks that are not closed
        command = ()
    if not command or not shutil.which(command[0]):
        raise CompilerNotFoundError(f"there is no compiler {name!r}: name one with option --compiler or in {VARIABLE}, or leave both out")
    if "clang" in _version(command):  # its shifts of 64 bits rely on shifts by 32 and more, of which the core takes five bits
        raise CompilerNotFoundError(f"{name!r} is a clang, whose programs go wrong on the PPU: name a GCC, or leave it out")
    return Compiler(command)


def build(
    sources: str | Path | Sequence[str | Path],
    output: str | Path | None = None,
    *,
    optimise: str = "2",
    options: Sequence[str] = (),
    compiler: str | Compiler | None = None,
) -> Program:
    """Compiles and links C and assembler files that `#include <ppu.h>` and have a `main`.

    output     the program; without it, the first source with the suffix .elf
    optimise   0, 1, 2, 3, s or g
    options    more options for the compiler, such as -DSIZE=3 or -Ifolder

    Raises BuildError with what the compiler said, CompilerNotFoundError, or PPUProgramError for a program that fits into no memory.
    """
    files = [Path(source) for source in ([sources] if isinstance(sources, (str, Path)) else sources)]
    missing = [str(file) for file in files if not file.is_file()]
    if missing or not files:
        raise BuildError(f"there is no source file {', '.join(missing)}" if missing else "there is no source file")
    target = Path(output) if output is not None else files[0].with_suffix(".elf")
    used = compiler if isinstance(compiler, Compiler) else find_compiler(compiler)
    messages = _compile(used, files, target, [f"-O{optimise}", "-g", "-Wall", "-Wextra", *options])
    return Program(target, tuple(check(target)), messages, _sizes(target))


def _compile(compiler: Compiler, files: Sequence[Path], target: Path, options: Sequence[str]) -> str:
    """Runs the compiler; returns what it remarked."""
    command = Compiler(tuple(compiler.arguments()))
    try:
        return command.run([*options, *START, *files, "-lgcc", "-o", target])
    except BuildError as error:
        raise BuildError(f"{compiler.command[0]} refused {', '.join(map(str, files))}:\n{error}") from error


def readable(text: str) -> str:
    """What a compiler said, without the names of temporary files."""
    return re.sub(r"/tmp/[\w.]+\.o: ", "", text.strip())


def _sizes(target: Path) -> dict[str, int]:
    memory = PPUElfFile(target).read_program()
    blocks = {"external": memory.external, "external_dram": memory.external_dram}
    return {"internal": 4 * len(memory.internal), **{name: len(block) for name, block in blocks.items() if block is not None}}
