"""Every vector instruction as a macro gives the word that the core's table has for it."""

from collections.abc import Callable

import pytest

from haldls.ppu_toolchain.isa import VECTOR
from hicannx.ppu import BuildError, Code, Compiler, Program
from hicannx_sim.ppu import encode_vector

REGISTERS = ((1, 2, 3), (31, 30, 29), (0, 17, 8))
SHIFTS = (-16, -1, 15)
CONDITIONS = (None, 1, 2, 3)
NAMED = {1: "PPU_GT", 2: "PPU_LT", 3: "PPU_EQ"}


def numbers(operands: str) -> list[list[int]]:
    """Some lists of register and immediate operands."""
    return [
        [shift if letter == "k" else choice["vwy".index(letter)] for letter in operands]
        for choice, shift in zip(REGISTERS, SHIFTS, strict=True)
    ]


def calls() -> list[tuple[str, int]]:
    """C statements and the words they should become, for instructions without scalar operands."""
    made = []
    for row in VECTOR:
        letters = row.operands.rstrip("CNI")
        if {"a", "b"} & set(letters):
            continue
        conditions = (0, 1, 2, 3) if row.operands.endswith("N") else CONDITIONS if row.operands.endswith("C") else (None,)
        for operands in numbers(letters):
            for condition in conditions:
                values = operands if condition is None else [*operands, condition]
                text = ", ".join([*map(str, operands), *([] if condition is None else [NAMED.get(condition, "0")])])
                made.append((f"{row.name}({text});", encode_vector(row.name, values)))
    return made


def test_instructions_without_scalars(make: Callable[..., Program], gcc: Compiler) -> None:
    wanted = calls()
    statements = "\n    ".join(text for text, _ in wanted)
    program = make(f"int main(void) {{\n    {statements}\n    return 0;\n}}", gcc)
    found = [word for address, word in Code(program.path).words() if word >> 26 == 4]
    assert len(wanted) > 500
    assert [pair for pair in zip(wanted, found, strict=True) if pair[0][1] != pair[1]] == []


SCALARS = """
int main(void) {
    register uint32_t x __asm__("r5") = 7, y __asm__("r6") = 9;
    __asm__ volatile("" : "+r"(x), "+r"(y));
    fxvsplatb(3, x); fxvsplath(31, y);
    fxvlax(1, 0, y); fxvlax(2, x, y, PPU_LT); fxvstax(3, 0, x); fxvstax(4, y, x, PPU_EQ);
    fxvinx(5, 0, y); fxvinx(6, x, y); fxvoutx(7, x, y, PPU_GT); fxvoutx(8, 0, x);
    return 0;
}
"""
EXPECTED = [
    ("fxvsplatb", [3, 5]),
    ("fxvsplath", [31, 6]),
    *[("fxvlax", [1, 0, 6]), ("fxvlax", [2, 5, 6, 2]), ("fxvstax", [3, 0, 5]), ("fxvstax", [4, 6, 5, 3])],
    *[("fxvinx", [5, 0, 6]), ("fxvinx", [6, 5, 6]), ("fxvoutx", [7, 5, 6, 1]), ("fxvoutx", [8, 0, 5])],
]


def test_instructions_with_scalars(make: Callable[..., Program], gcc: Compiler) -> None:
    program = make(SCALARS, gcc)
    found = [word for address, word in Code(program.path).words() if word >> 26 == 4]
    assert found == [encode_vector(name, operands) for name, operands in EXPECTED]


def test_the_header_has_all_instructions() -> None:
    named = {text.partition("(")[0] for text, _ in calls()} | {name for name, _ in EXPECTED}
    assert named == {row.name for row in VECTOR} and len(named) == 53


@pytest.mark.parametrize("call", ["fxvaddbm(32, 1, 2)", "fxvaddbm(1, 2, 3, 4)", "fxvshb(1, 2, 16)", "fxvcmpb(-1)", "fxvinx(40, 0, 1)"])
def test_operands_out_of_range_do_not_compile(call: str, make: Callable[..., Program], gcc: Compiler) -> None:
    with pytest.raises(BuildError, match="operand out of range"):
        make(f"int main(void) {{ {call}; return 0; }}", gcc)
