"""From C to a program: a compiler for PowerPC with our own header, start-up code and linker script."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from haldls.lola import PPUElfFile
from hicannx.errors import HicannxError
from hicannx.ppu.check import Finding, check

SUPPORT = Path(__file__).parent / "support"
VARIABLE = "HICANNX_PPU_CC"
COMPILERS = ("powerpc-linux-gnu-gcc", "powerpc-unknown-linux-gnu-gcc", "powerpc-eabi-gcc", "powerpc-unknown-eabi-gcc", "powerpc-elf-gcc")
FREESTANDING = ("-std=gnu17", "-ffreestanding", "-fno-builtin", "-fno-stack-protector", "-fno-pic", "-fno-asynchronous-unwind-tables")
SECTIONS = ("-ffunction-sections", "-fdata-sections")
# what the core has: integers, aligned words, no string instructions; addresses without tables (facts: ppu/toolchain 1)
INTEGERS = ("-mcpu=powerpc", "-msoft-float", "-mstrict-align", "-mno-string")
ADDRESSES = ("-mno-pltseq", "-fno-pie", "-msdata=none", "-mno-relocatable")
GCC = (*INTEGERS, *ADDRESSES, "-fno-tree-loop-distribute-patterns")  # the last: or memset would call itself
GCC_LINK = ("-nostdlib", "-no-pie", "-static", "-Wl,--gc-sections,--build-id=none,--relax,--no-warn-rwx-segments", "-lgcc")
# clang makes word accesses of bytes side by side unless its code generator is told not to
ZIG = ("-target", "powerpc-freestanding-eabi", "-mcpu=ppc", "-mllvm", "-disable-ppc-unaligned", "-fno-sanitize=undefined")
ZIG_LINK = ("-nostdlib", "-rtlib=compiler-rt", "-static", "-Wl,--gc-sections", "-Wl,--build-id=none", "-Wl,-e,ppu_start")


class BuildError(HicannxError):
    """The compiler or the linker refused a program; the text is what they said."""


class CompilerNotFoundError(BuildError):
    """There is no compiler for the PPU on this machine."""


@dataclass(frozen=True)
class Compiler:
    """A command that compiles and links C for PowerPC."""

    command: tuple[str, ...]
    zig: bool = False

    def arguments(self) -> list[str]:
        """The command with all options of ours, without sources and output."""
        script = f"-Wl,-T,{SUPPORT / 'ppu.ld'}"
        own = (*ZIG, *ZIG_LINK) if self.zig else (*GCC, *GCC_LINK[:-1])
        return [*self.command, *FREESTANDING, *SECTIONS, *own, script, "-I", str(SUPPORT / "include")]


@dataclass(frozen=True)
class Program:
    """A program that was built: its file, what the checker found, what the compiler remarked, and bytes taken up in each memory."""

    path: Path
    findings: tuple[Finding, ...]
    messages: str
    sizes: dict[str, int]


def find_compiler(name: str | None = None) -> Compiler:
    """The compiler called `name`, else the one in HICANNX_PPU_CC, else a known one: GCC for PowerPC, or `zig` out of the package ziglang.

    Raises CompilerNotFoundError.
    """
    chosen = name or os.environ.get(VARIABLE)
    if chosen:
        return _chosen(chosen)
    for candidate in COMPILERS:
        if shutil.which(candidate):
            return Compiler((candidate,))
    if find_spec("ziglang"):
        return Compiler((sys.executable, "-m", "ziglang", "cc"), zig=True)
    advice = "install gcc-powerpc-linux-gnu (Debian: apt install gcc-powerpc-linux-gnu) or the Python package ziglang"
    raise CompilerNotFoundError(f"there is no compiler for the PPU: {advice}, or name one in {VARIABLE}")


def _chosen(name: str) -> Compiler:
    if name == "zig" and find_spec("ziglang"):
        return Compiler((sys.executable, "-m", "ziglang", "cc"), zig=True)
    command = tuple(shlex.split(name))
    if not command or not shutil.which(command[0]):
        raise CompilerNotFoundError(f"there is no compiler {name!r}: name one with option --compiler or in {VARIABLE}, or leave both out")
    zig = "zig" in Path(command[0]).name
    return Compiler((*command, "cc") if zig and command[-1] != "cc" else command, zig)


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
    own = [str(SUPPORT / "start.S"), str(SUPPORT / "runtime.c")]
    libraries = [] if compiler.zig else [GCC_LINK[-1]]
    command = [*compiler.arguments(), *options, *own, *map(str, files), *libraries, "-o", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{compiler.command[0]} refused {', '.join(map(str, files))}:\n{_readable(done.stderr)}")
    return _readable(done.stderr)


def _readable(text: str) -> str:
    """Without what says nothing to the user: names of temporary files, and the linker on an entry it does not need."""
    lines = [line for line in text.strip().splitlines() if "cannot find entry symbol _start" not in line]
    return "\n".join(re.sub(r"/tmp/[\w.]+\.o: ", "", line) for line in lines)


def _sizes(target: Path) -> dict[str, int]:
    memory = PPUElfFile(target).read_program()
    blocks = {"external": memory.external, "external_dram": memory.external_dram}
    return {"internal": 4 * len(memory.internal), **{name: len(block) for name, block in blocks.items() if block is not None}}
