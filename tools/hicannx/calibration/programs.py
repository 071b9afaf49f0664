"""Pieces of playback programs that calibrations are made of: rows of the analog memory, and vectors as events of hagen mode."""

from __future__ import annotations

from functools import cache, lru_cache
from operator import index
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from halco import (
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    CapMemRowOnCapMemBlock,
    NeuronConfigOnDLS,
    NeuronLabel,
    PADIRowSelectAddress,
    RangeError,
    SpikeLabel,
    SpikePack1ToChipOnDLS,
    SPL1Address,
    SynapseDriverOnSynapseDriverBlock,
    SynapseLabel,
    SynapseRowOnSynapseDriver,
    SynapseRowOnSynram,
    SynramOnDLS,
    TimerOnDLS,
    Value,
    iter_all,
)
from haldls import CapMemCell, PADIEvent, SpikePack1ToChip, Timer
from hicannx.calibration.errors import VectorError
from stadls import PlaybackProgramBuilder, PlaybackProgramBuilderDumper

__all__ = ["half", "send_vectors", "write_capmem_row"]

EVEN_ROW = 32  # in the address of an event: for the upper of a driver's two rows


def write_capmem_row(
    builder: PlaybackProgramBuilder | PlaybackProgramBuilderDumper, row: CapMemRowOnCapMemBlock, values: ArrayLike
) -> None:
    """Writes a row of the analog memory of all neurons: one cell for each, int[512] in the order of `NeuronConfigOnDLS`.

    Raises VectorError for another number of values, RangeError for a value that is no code; then nothing is written.
    """
    cells = [CapMemCell(code) for code in _numbers(values, NeuronConfigOnDLS.size, "cells in the row")]
    for place, cell in zip(_cells(row), cells, strict=True):
        builder.write(place, cell)


@cache
def _cells(row: CapMemRowOnCapMemBlock) -> tuple[CapMemCellOnDLS, ...]:
    neurons = iter_all(NeuronConfigOnDLS)
    return tuple(
        CapMemCellOnDLS(
            CapMemCellOnCapMemBlock(one.toNeuronConfigOnNeuronConfigBlock().toCapMemColumnOnCapMemBlock(), row),
            one.toNeuronConfigBlockOnDLS().toCapMemBlockOnDLS(),
        )
        for one in neurons
    )


def _numbers(values: ArrayLike, count: int, what: str) -> list[int]:
    array = np.asarray(values)
    if array.ndim != 1 or len(array) != count:
        raise VectorError(f"an array of {count} numbers is needed, for the {what}, not one of shape {array.shape}")
    if array.dtype.kind not in "iub":
        if array.dtype.kind != "f" or not np.array_equal(array, np.trunc(array)):
            raise VectorError(f"whole numbers are needed for the {what}, not {array.dtype}: round the array first if that is meant")
        array = array.astype(np.int64)
    return array.tolist()  # type: ignore[no-any-return]


def send_vectors(
    builder: PlaybackProgramBuilder,
    vector: ArrayLike,
    num_sends: int,
    wait_period: int,
    synram_coord: SynramOnDLS,
    synram_selection_bit: int,
) -> None:
    """Appends the events that send a vector to the rows of synapses, `num_sends` times.

    vector                  int[256], one activation (0 to 31) for each row; nothing is sent for a 0
    wait_period             FPGA cycles from one event to the next; up to 1: as fast as possible
    synram_selection_bit    bit of the neuron label (0 to 13) that selects the array of synapses

    The timer is set to 0 before. Raises VectorError for another number of entries and for a count, period or bit that there cannot be,
    RangeError for an entry that is no activation; then nothing is sent.
    """
    entries = tuple(_numbers(vector, SynapseRowOnSynram.size, "rows of synapses"))
    sends, period = _count(num_sends, "num_sends"), _count(wait_period, "wait_period")
    bit = _count(synram_selection_bit, "synram_selection_bit", NeuronLabel.max.bit_length() - 1)
    what = (entries, sends, period, half(synram_coord), bit)
    if isinstance(builder, PlaybackProgramBuilder):
        builder.copy_back(_prepared(*what))
    else:
        _append(builder, *what)


@lru_cache(maxsize=64)
def _prepared(*what: Any) -> PlaybackProgramBuilder:
    """A builder with events: searches send the same vectors thousands of times."""
    builder = PlaybackProgramBuilder()
    _append(builder, *what)
    return builder


def _append(builder: PlaybackProgramBuilder, entries: tuple[int, ...], sends: int, period: int, synram: SynramOnDLS, bit: int) -> None:
    for row, entry in enumerate(entries):
        if not 0 <= entry <= PADIEvent.HagenActivation.max:
            raise RangeError(f"an activation is from 0 to {PADIEvent.HagenActivation.max}, not {entry} as for row {row}")
    events = [_event(entry, row, synram, bit) for row, entry in enumerate(entries) if entry] * sends
    last = Timer.Value(period * max(len(events) - 1, 0)) if period > 1 else None
    builder.write(TimerOnDLS(), Timer())
    for number, event in enumerate(events):
        builder.write(SpikePack1ToChipOnDLS(), event)
        if last is not None:
            builder.block_until(TimerOnDLS(), Timer.Value(period * number))


def half(synram: SynramOnDLS | int) -> SynramOnDLS:
    """An array of synapses, also by its number. Raises TypeError for another coordinate."""
    if isinstance(synram, Value) and not isinstance(synram, SynramOnDLS):
        raise TypeError(f"a SynramOnDLS is needed, not {synram!r}")
    return SynramOnDLS(synram)


def _count(value: SupportsIndex, name: str, largest: int | None = None) -> int:
    """A whole number that is not negative. Raises VectorError for another one, TypeError for what is no whole number."""
    number = index(value)
    if number < 0 or (largest is not None and number > largest):
        raise VectorError(f"{name} is {'at least 0' if largest is None else f'from 0 to {largest}'}, not {number}")
    return number


@cache
def _event(entry: int, row: int, synram: SynramOnDLS, selection_bit: int) -> SpikePack1ToChip:
    """The event that brings an activation to a row."""
    driver = SynapseDriverOnSynapseDriverBlock(row // SynapseRowOnSynapseDriver.size)
    label = SpikeLabel()
    label.spl1_address = SPL1Address(int(driver.toPADIBusOnPADIBusBlock()))
    label.neuron_label = NeuronLabel(int(synram) << selection_bit)
    label.row_select_address = PADIRowSelectAddress(int(driver.toSynapseDriverOnPADIBus()))
    label.synapse_label = SynapseLabel(entry if row % SynapseRowOnSynapseDriver.size else entry + EVEN_ROW)
    return SpikePack1ToChip([label])
