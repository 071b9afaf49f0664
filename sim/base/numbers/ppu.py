"""Timing of the plasticity processors' cores, in core cycles of 4 ns where nothing else is said.

Latencies of single instructions stand in the rows of `haldls/ppu_toolchain/isa.py`. From the public hardware description, simulated with
ideal memories.
"""

from hicannx_sim.base.numbers.entry import Certainty, Number

_SCALAR = "public hardware description (facts: ppu/isa_scalar 6)"
_VECTOR = "public hardware description (facts: ppu/isa_vector, cycle costs)"
_D = Certainty.DERIVED
_CACHE = "as in the verification of the public hardware description; the chip's own cache is not public"


def _scalar(value: int, meaning: str, unit: str = "cycles") -> Number:
    return Number(value, unit, _SCALAR, _D, meaning)


def _vector(value: int, meaning: str, unit: str = "cycles") -> Number:
    return Number(value, unit, _VECTOR, _D, meaning)


def _shared(value: int, meaning: str) -> Number:
    return Number(value, "cycles", "measured on the chip, less the hardware description (facts: ppu/isa_scalar 6)", _D, meaning)


def _cache(value: int, meaning: str, unit: str) -> Number:
    return Number(value, unit, _CACHE, Certainty.ASSUMED, meaning)


PPU: dict[str, Number] = {
    # scalar pipeline
    "ppu_start": _scalar(4, "first instruction after the reset"),
    "ppu_refill": _scalar(5, "from a branch that was not foreseen to its target"),
    "ppu_update": _scalar(2, "from the issue of an update form to its address in the register"),
    "ppu_divider_start": _scalar(31, "cycle at which the divider is ready for the first time"),
    "ppu_xer_result": _scalar(3, "for which a result for XER holds back everything"),
    "ppu_synchronised": _scalar(2, "of an instruction that waits for the pipeline to be empty, at least"),
    "ppu_msr_write": _scalar(4, "of a write to MSR with an empty pipeline"),
    "ppu_interrupt_entry": _scalar(7, "from the drained pipeline to the first instruction of an interrupt"),
    "ppu_loads_most": _scalar(13, "under way at which the next one waits", "loads"),
    "ppu_load_booking": _scalar(3, "from the issue of a load to the one in which no result may be booked; with update one more"),
    # branches
    "ppu_branch_cache": _scalar(16, "branches that are foreseen", "entries"),
    "ppu_branch_new": _scalar(2, "until the next free entry of the branch cache is known"),
    "ppu_fetch_ahead": _scalar(4, "that are fetched before a branch is decided", "instructions"),
    # vector unit
    "ppu_queue_delay": _vector(3, "from the issue to the way out of the queue, and until the core sees the queue filled"),
    "ppu_queue_full": _vector(2, "waiting in the queue at which the core stalls", "operations"),
    "ppu_port_turns": _vector(6, "of the register port's arbiter, which excludes a unit more with each before it starts again", "requests"),
    # the SRAM on the chip, which fetches, data and vectors share
    "ppu_sram_load": _shared(6, "of fxvlax on the chip beyond those with a memory of its own: 49 +- 5 with sync, less 43"),
    "ppu_sram_store": _shared(4, "of fxvstax on the chip beyond those with a memory of its own: 47 +- 5 with sync, less 43"),
    # instruction cache for code beyond the SRAM
    "ppu_cache_lines": _cache(64, "instruction cache for code beyond the SRAM, direct-mapped, emptied by the reset alone", "lines"),
    "ppu_cache_line": _cache(16, "size of its lines, filled from the missing word on", "words"),
    "ppu_cache_fill": _cache(3, "of a line fill beyond the memory's: miss seen, request, word read again", "cycles"),
}
