"""The debug lines between pads, analog memory and columns: which voltage stands on them (facts: calix expectations 1.1; behavioural).

Each of the two pad multiplexers can join, to its pad, the debug outputs of the analog memory and the debug lines of the columns: causal
and acausal converter channels, excitatory and inhibitory synaptic lines; and its input of the readout buffers, debug_plus for pad 0 and
debug_minus for pad 1. What is joined has one voltage: the mean of everything that drives it, from outside the chip or from the memory. Not
modelled: currents, the memory's reference and ramp outputs, neurons and buffers as sources, loads.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from haldls import PadMultiplexerConfig
from hicannx_sim.base.numbers import number

COLUMN_LINES = ("cadc_debug_causal", "cadc_debug_acausal", "synin_debug_excitatory", "synin_debug_inhibitory")
PAD_LINES = ("debug_plus", "debug_minus")
"""The line to the readout buffers behind each pad."""

LINES = COLUMN_LINES + PAD_LINES
"""The debug lines, in the order of `line_voltages`."""

BLOCKS = 4
ROWS, VOLTAGE_ROWS, COLUMNS = 24, 8, 130
"""Rows of a memory block: those below `VOLTAGE_ROWS` hold voltages, the others currents."""

_OFFSET, _SLOPE = number("capmem_voltage_offset"), number("capmem_voltage_per_code")
_MUX = PadMultiplexerConfig.layout()

Words = NDArray[np.uint32]


class _Nodes:
    """Nets that switches join."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def root(self, node: str) -> str:
        while node in self.parent:
            node = self.parent[node]
        return node

    def join(self, one: str, other: str) -> None:
        one, other = self.root(one), self.root(other)
        if one != other:
            self.parent[one] = other


def _join_pad(nodes: _Nodes, pad: int, slots: NDArray[np.int64]) -> None:
    """The switches of one pad multiplexer."""

    def closed(name: str, index: int = 0) -> bool:
        return bool(slots[_MUX.slot(name) + index])

    outputs, memory, synapses = f"outputs of pad {pad}", f"memory line of pad {pad}", f"synapse line of pad {pad}"
    for block in range(BLOCKS):
        if closed("capmem_v_out_mux", block):
            nodes.join(f"output of block {block}", outputs)
    if closed("capmem_v_out_mux_to_capmem_intermediate_mux"):
        nodes.join(outputs, memory)
    if closed("capmem_intermediate_mux_to_pad"):
        nodes.join(memory, f"pad {pad}")
    for line in COLUMN_LINES:
        if closed(f"{line}_to_synapse_intermediate_mux"):
            nodes.join(line, synapses)
    if closed("synapse_intermediate_mux_to_pad"):
        nodes.join(synapses, f"pad {pad}")
    if closed("debug_to_pad"):
        nodes.join(PAD_LINES[pad], f"pad {pad}")


def _memory_outputs(blocks: Words, code: Callable[[int, int], int]) -> dict[str, float]:
    """Voltages that the analog memory puts onto its debug outputs. Word 0 selects rows, one bit each, the last row in bit 0."""
    found = {}
    for block, words in enumerate(blocks):
        rows = [row for row in range(VOLTAGE_ROWS) if words[0] >> (ROWS - 1 - row) & 1]
        cells = [COLUMNS * row + int(words[1]) for row in rows if words[1] < COLUMNS]
        if cells:
            found[f"output of block {block}"] = _OFFSET + _SLOPE * float(np.mean([code(block, cell) for cell in cells]))
    return found


def line_voltages(multiplexers: Words, blocks: Words, pads: NDArray[np.float64], code: Callable[[int, int], int]) -> NDArray[np.float64]:
    """Voltages [V] of the `LINES`; NaN where nothing drives one.

    multiplexers: words of both PadMultiplexerConfig, [2, 2]. blocks: words of the four CapMemBlockConfig, [4, 10].
    pads: voltage that the board drives each pad with, NaN where it does not. code: code of a cell, by block and CapMemCellOnCapMemBlock.
    """
    nodes = _Nodes()
    for pad, slots in enumerate(_MUX.decode_array(multiplexers)):
        _join_pad(nodes, pad, slots)
    drivers = _memory_outputs(blocks, code) | {f"pad {pad}": float(volts) for pad, volts in enumerate(pads) if not np.isnan(volts)}
    nets: dict[str, list[float]] = {}
    for node, volts in drivers.items():
        nets.setdefault(nodes.root(node), []).append(volts)
    return np.array([np.mean(nets.get(nodes.root(line), [np.nan])) for line in LINES])
