"""From objects to a program: what stands in the processor's own memory, 12 kB with the stack, and what in the FPGA's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from grenade.ppu.compile import COUNTED, ON_PPU, Compilers, kept
from grenade.ppu.errors import KernelError
from grenade.ppu.rule import Rule
from grenade.ppu.stack import Calls
from haldls.ppu_toolchain import BuildError, check

SCRIPT = ON_PPU / "resident.ld"
MARGIN = 128
"""Bytes of the stack for the frames in front of `main`, and what is not counted."""

ALLOCATED = 256
"""Bytes that kernels may allocate besides their views."""

NO_ROOM = ("will not fit in region", "is not within region", "no room for the stack", "overflowed by", "overlaps section")


class Placement(NamedTuple):
    """Objects whose code, and whose constants, stand in the own memory."""

    code: tuple[str, ...]
    data: tuple[str, ...]


_TIMED = ("start", "vectors", "periodic_cadc")  # what has to be fast
PLACEMENTS = (
    Placement(("",), ("",)),
    Placement((*_TIMED, "kernel", "handles"), ("",)),
    Placement(_TIMED, ("",)),
    Placement(_TIMED, _TIMED),
    Placement(("start", "periodic_cadc"), _TIMED),
)
"""The first one with enough room is taken."""


def link(compilers: Compilers, objects: Sequence[Path], rules: Sequence[Rule]) -> Path:
    """The program. Raises KernelError if it does not fit or takes instructions that the processors do not have, BuildError for the rest."""
    stack = Calls.read(file.with_suffix(".ci") for file in objects).needed("plasticity_rule_") + MARGIN
    views = {rule.views: rule for rule in rules}.values()
    heap = sum(map(_views_memory, views)) + (ALLOCATED if rules else 0)
    room = [f"-Wl,--defsym=__stack_least={stack}", f"-Wl,--defsym=__heap_least={heap}"]
    options = [*(one for one in compilers.cpp.options() if one not in COUNTED), *room]

    def make(target: Path) -> None:
        for placement in PLACEMENTS:
            script = target.with_suffix(".ld")
            script.write_text(_script(placement))
            try:
                compilers.cpp.run([*options, *compilers.cpp.linking(script), *objects, "-lgcc", "-o", target])
                break
            except BuildError as error:
                if not any(text in str(error) for text in NO_ROOM):
                    raise
                said = error
        else:
            raise KernelError(f"{_full(str(said))}; stack {stack} bytes, views {heap} bytes. The linker said:\n{said}")
        _refuse_missing_instructions(target)

    return kept("program", (".elf",), [compilers.cpp.version(), *options, *(path.name for path in objects)], make)


def _full(said: str) -> str:
    """Which memory is full."""
    for region, name in (("external", "block RAM"), ("dram", "DRAM")):
        if re.search(f"(?:will not fit in|is not within) region [`']{region}", said):
            return f"the plasticity rules do not fit into the FPGA's {name}: make constants and recordings of kernels smaller"
    return "the plasticity rules do not fit into the processor's own memory of 12 kB: make variables of kernels smaller, or fewer"


def _script(placement: Placement) -> str:
    code, data = (" ".join(f"*{one}-*.o({{0}})" if one else "*({0})" for one in part) for part in placement)
    kept_data = "KEEP(*kernel-*.o(.rodata .rodata.*)) " if "" in placement.data else ""
    near_code, near_data = code.format(".text .text.*"), kept_data + data.format(".rodata .rodata.*")
    return SCRIPT.read_text().replace("@NEAR_CODE@", near_code).replace("@NEAR_DATA@", near_data)


def _views_memory(rule: Rule) -> int:
    """Bytes that the columns and rows of a rule's views take."""
    lists = [numbers for view in rule.synapses for numbers in (view.columns, view.rows)] + [view.columns for view in rule.neurons]
    return sum(-(-len(numbers) // 16) * 16 for numbers in lists)


def _refuse_missing_instructions(program: Path) -> None:
    wrong = [finding for finding in check(program) if finding.harmful]
    if wrong:
        listed = "\n".join(map(str, wrong[:10]))
        raise KernelError(f"the processors do not have all instructions of the program:\n{listed}")
