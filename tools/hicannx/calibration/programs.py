"""Pieces of playback programs that calibrations are made of: rows of the analog memory, and vectors as events of hagen mode."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from halco import (
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    CapMemRowOnCapMemBlock,
    NeuronConfigOnDLS,
    NeuronLabel,
    PADIRowSelectAddress,
    SpikeLabel,
    SpikePack1ToChipOnDLS,
    SPL1Address,
    SynapseDriverOnSynapseDriverBlock,
    SynapseLabel,
    SynapseRowOnSynapseDriver,
    SynapseRowOnSynram,
    SynramOnDLS,
    TimerOnDLS,
    iter_all,
)
from haldls import CapMemCell, SpikePack1ToChip, Timer
from hicannx.calibration.errors import VectorError
from stadls import PlaybackProgramBuilder, PlaybackProgramBuilderDumper

__all__ = ["send_vectors", "write_capmem_row"]

EVEN_ROW = 32  # in the address of an event: for the upper of a driver's two rows


def write_capmem_row(
    builder: PlaybackProgramBuilder | PlaybackProgramBuilderDumper, row: CapMemRowOnCapMemBlock, values: ArrayLike
) -> None:
    """Writes a row of the analog memory of all neurons: one cell for each, int[512] in the order of `NeuronConfigOnDLS`.

    Raises VectorError for another number of values, RangeError for a value that is no code.
    """
    codes = _numbers(values, NeuronConfigOnDLS.size, "cells in the row")
    for place, code in zip(_cells(row), codes, strict=True):
        builder.write(place, CapMemCell(code))


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
    synram_selection_bit    bit of the neuron label that selects the array of synapses

    The timer is set to 0 before. Raises VectorError for another number of entries, RangeError for an entry that is no activation.
    """
    entries = _numbers(vector, SynapseRowOnSynram.size, "rows of synapses")
    events = [_event(entry, row, synram_coord, synram_selection_bit) for row, entry in enumerate(entries) if entry]
    builder.write(TimerOnDLS(), Timer())
    for number, event in enumerate(events * num_sends):
        builder.write(SpikePack1ToChipOnDLS(), event)
        if wait_period > 1:
            builder.block_until(TimerOnDLS(), Timer.Value(wait_period * number))


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
