"""Disassembly of a program, vector instructions included."""

from collections.abc import Iterator
from pathlib import Path

from haldls.lola import PPUProgramError
from haldls.ppu_toolchain.code import Code
from haldls.ppu_toolchain.isa import disassemble

BRANCHES = ("b", "bl", "bc", "bcl")


def listing(program: str | Path | Code, function: str | None = None) -> Iterator[str]:
    """Lines of text, one per instruction, with a line before each function; of one function only if its name is given.

    Raises PPUProgramError if there is no such function, or the file is no program for the PPU.
    """
    code = program if isinstance(program, Code) else Code(program)
    if function is not None and not any(symbol.name == function and symbol.function for symbol in code.symbols):
        names = ", ".join(sorted(symbol.name for symbol in code.symbols if symbol.function))
        raise PPUProgramError(f"{code.path} has no function {function}; it has {names}")
    for address, word in code.words():
        symbol = code.symbol_at(address)
        if function is not None and (symbol is None or symbol.name != function):
            continue
        if symbol is not None and address == symbol.address:
            yield f"\n{symbol.name}:"
        yield f"{address:8x}  {word:08x}  {instruction(code, address, word)}".rstrip()


def instruction(code: Code, address: int, word: int) -> str:
    """One instruction as text; a branch names where it goes."""
    text = disassemble(word, address)
    name, _, operands = text.partition(" ")
    if name not in BRANCHES:
        return text
    target = int(operands.split(",")[-1], 16)
    symbol = code.symbol_at(target)
    return text if symbol is None else f"{text:<24} # {code.place(target).partition(' ')[2]}"
