"""What the core's time rests on, with sources: the numbers themselves stand where they are used, in core_kernel.h and core_pipeline.h."""

from hicannx_sim.base.numbers import Certainty, Number
from hicannx_sim.ppu.core import CONSTANTS

_RTL = "public hardware description, facts: ppu/isa_scalar 6"
_CACHE = "as in the verification of the public hardware description; the chip's own cache is not public"

NUMBERS: dict[str, Number] = {
    "ppu_start": Number(CONSTANTS["start"], "cycles", f"first instruction after the reset: {_RTL}", Certainty.DERIVED),
    "ppu_branch_cache": Number(CONSTANTS["predictions"], "entries", f"branches that are foreseen: {_RTL}", Certainty.DERIVED),
    "ppu_cache_lines": Number(
        CONSTANTS["lines"], "lines", f"instruction cache for code beyond the SRAM, direct-mapped: {_CACHE}", Certainty.ASSUMED
    ),
    "ppu_cache_line": Number(CONSTANTS["line words"], "words", f"size of its lines: {_CACHE}", Certainty.ASSUMED),
    "ppu_cache_fill": Number(CONSTANTS["fill start"], "cycles", f"of a line fill beyond the memory's own: {_CACHE}", Certainty.ASSUMED),
}
