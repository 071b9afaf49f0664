"""Rows of synapses: which connection lies in which row, and what the rows act on.

The rows of a chunk's drivers, in order, are excitatory first, then inhibitory. In each column connections take the chunk's rows from the
first on. (facts: clients/grenade 3.2)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grenade.network.routing.chunks import BUSES, Chunk
from grenade.network.routing.drivers import Allocation
from grenade.network.routing.synapses import Indices, Synapses
from haldls.synapse_driver import SynapseDriverConfig

ROWS_PER_HEMISPHERE = 256
DRIVERS_PER_HEMISPHERE = 128
MODES = (int(SynapseDriverConfig.RowMode.excitatory), int(SynapseDriverConfig.RowMode.inhibitory))


@dataclass
class Rows:
    """`row`: `SynapseRowOnDLS` number of each synapse; `modes`: of each row; `masks`: compare mask of each driver, -1 if not in use."""

    row: Indices
    modes: NDArray[np.uint8]
    masks: NDArray[np.int16]


def place(synapses: Synapses, chunk_of: Indices, chunks: list[Chunk], allocations: list[Allocation]) -> Rows:
    """Rows of all synapses; `chunk_of`: number of the chunk that each synapse's source is in on its hemisphere."""
    modes, masks = np.zeros(2 * ROWS_PER_HEMISPHERE, np.uint8), np.full(2 * DRIVERS_PER_HEMISPHERE, -1, np.int16)
    found = Rows(np.zeros(len(chunk_of), np.int64), modes, masks)
    rank = _rank(synapses, chunk_of)
    order = np.argsort(chunk_of * 2 + synapses.hemisphere, kind="stable")
    groups = (chunk_of * 2 + synapses.hemisphere)[order]
    for group in np.unique(groups).tolist():
        members = order[np.searchsorted(groups, group) : np.searchsorted(groups, group, side="right")]
        chunk, hemisphere = divmod(group, 2)
        (bus,) = [bus for bus in chunks[chunk].drivers if bus // BUSES == hemisphere]
        _fill(found, synapses.inhibitory[members], rank[members], members, bus, allocations[chunk].drivers[bus])
    return found


def _rank(synapses: Synapses, chunk_of: Indices) -> Indices:
    """How many synapses of the same chunk, receptor and column come before."""
    keys = (chunk_of * 2 + synapses.inhibitory) * 512 + synapses.circuit
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    rank = np.empty(len(keys), np.int64)
    rank[order] = np.arange(len(keys)) - np.searchsorted(sorted_keys, sorted_keys)
    return rank


def _fill(found: Rows, inhibitory: Indices, rank: Indices, members: Indices, bus: int, drivers: list[tuple[int, int]]) -> None:
    """Places the synapses of one chunk on one bus."""
    hemisphere = bus // BUSES
    numbers = np.array([BUSES * driver + bus % BUSES for driver, _ in drivers], np.int64)
    found.masks[hemisphere * DRIVERS_PER_HEMISPHERE + numbers] = [mask for _, mask in drivers]
    rows = hemisphere * ROWS_PER_HEMISPHERE + np.sort(np.concatenate([2 * numbers, 2 * numbers + 1]))
    excitatory = int(rank[inhibitory == 0].max(initial=-1)) + 1
    position = rank + excitatory * inhibitory
    found.row[members] = rows[position]
    found.modes[found.row[members]] = np.array(MODES)[inhibitory]
