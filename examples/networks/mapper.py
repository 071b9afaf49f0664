"""Places a network onto chips: neurons of several joined circuits, and for each chip which driver and label every source has there.

A neuron of k circuits has 2 k synapses with each synapse driver of its half of the chip, one for each of the driver's two rows and of its
own columns. A driver is excitatory or inhibitory, and tells 64 labels apart. Both halves of a chip hear a source alike, so it has one
driver and one label on a chip. What does not fit is lost, and counted. (facts: clients/reference_networks 3)
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from network import Network, Numbers
from numpy.typing import NDArray

COLUMNS, DRIVERS, LABELS, BUSES = 256, 128, 64, 4
CIRCUITS_OF_OUTPUT = 32
"""Columns that share an event output."""


@dataclass
class OnChip:
    """One chip of a network.

    circuits       of each neuron
    first, size    its neurons are those from number `first` on
    inhibitory     which drivers are, bool[128]
    driver, label  of each source, int[sources]; driver -1 for one that nobody here wants, or that had no place
    weights, labels   of the synapses, int[2, 256, 256]: half of the chip, row, column
    synapse        for each placed synapse its number in the network; row, column where it is (rows 256 .. 511 in the lower half)
    """

    circuits: int
    first: int
    size: int
    inhibitory: NDArray[np.bool_]
    driver: Numbers
    label: Numbers
    weights: Numbers
    labels: Numbers
    synapse: Numbers
    row: Numbers
    column: Numbers

    @property
    def in_half(self) -> int:
        """Neurons for which a half has circuits."""
        return COLUMNS // self.circuits

    def columns(self) -> Numbers:
        """The first column of each neuron."""
        return self.circuits * (np.arange(self.size) % self.in_half)

    def event_labels(self) -> Numbers:
        """Labels of the spikes that its neurons send: channel, event output, address."""
        output = self.columns() // CIRCUITS_OF_OUTPUT
        return output % BUSES << 14 | output << 8 | address(self.columns() + COLUMNS * (np.arange(self.size) // self.in_half))

    def spike_labels(self) -> Numbers:
        """Labels of the events of each source when they come to the chip: channel, row address of the driver, label of the synapses."""
        return self.driver % BUSES << 14 | self.driver // BUSES << 6 | self.label

    def heard(self) -> Numbers:
        """Sources that have a place."""
        return np.flatnonzero(self.driver >= 0)


def address(circuit: Any) -> Any:
    """What a circuit (0 .. 511) sends: different for all that share an event output."""
    return circuit % CIRCUITS_OF_OUTPUT + CIRCUITS_OF_OUTPUT * (circuit // COLUMNS)


def place(network: Network, circuits: int = 4) -> list[OnChip]:
    """All chips, with neurons of so many circuits, as many as each has place for."""
    order = np.argsort(network.post, kind="stable")
    firsts = range(0, network.neurons, 2 * COLUMNS // circuits)
    bounds = np.searchsorted(network.post[order], [*firsts, network.neurons])
    return [_chip(network, circuits, first, order[bounds[k] : bounds[k + 1]]) for k, first in enumerate(firsts)]


def _chip(network: Network, circuits: int, first: int, synapses: Numbers) -> OnChip:
    size = min(2 * COLUMNS // circuits, network.neurons - first)
    wanted = np.zeros((network.sources, size), np.int64)
    np.add.at(wanted, (network.pre[synapses], network.post[synapses] - first), 1)
    inhibitory = _signs(network, wanted)
    driver, label = np.full(network.sources, -1), np.zeros(network.sources, np.int64)
    for sign in (True, False):
        mine = np.flatnonzero((network.excitatory == sign) & wanted.any(axis=1))
        _spread(wanted[mine], mine, np.flatnonzero(inhibitory != sign), 2 * circuits, driver, label)
    return _filled(network, OnChip(circuits, first, size, inhibitory, driver, label, *_nothing()), synapses)


def _nothing() -> tuple[Numbers, ...]:
    matrix = np.zeros((2, COLUMNS, COLUMNS), np.int64)
    return (matrix, matrix.copy(), *(np.zeros(0, np.int64),) * 3)


def _signs(network: Network, wanted: Numbers) -> NDArray[np.bool_]:
    """Enough drivers of each sign for the labels; the others in proportion to the synapses. Those of a sign are spread over the buses."""
    least, need = [], []
    for sign in (True, False):
        mine = wanted[network.excitatory == sign]
        least.append(-(-np.count_nonzero(mine.any(axis=1)) // LABELS))
        need.append(mine.sum())
    inhibitory = max(least[1], min(DRIVERS - least[0], round(DRIVERS * need[1] / max(sum(need), 1))))
    signs = np.zeros(DRIVERS, bool)
    signs[np.arange(inhibitory) * DRIVERS // max(inhibitory, 1)] = True
    return signs


def _spread(wanted: Numbers, sources: Numbers, drivers: Numbers, slots: int, driver: Numbers, label: Numbers) -> None:
    """Gives each source the driver with which its neurons have least to do yet; those with most synapses first."""
    load = np.zeros((len(drivers), wanted.shape[1]))
    used = np.zeros(len(drivers), np.int64)
    for k in np.argsort(-wanted.sum(axis=1), kind="stable").tolist():
        targets = np.flatnonzero(wanted[k])
        after = load[:, targets] + wanted[k, targets]
        cost = (after**2).sum(axis=1) + 1000 * np.maximum(after - slots, 0).sum(axis=1)
        best = int(np.argmin(np.where(used < LABELS, cost, np.inf)))
        if used[best] == LABELS:
            break  # no labels left: this source and all after it are lost here
        driver[sources[k]], label[sources[k]] = drivers[best], used[best]
        used[best] += 1
        load[best, targets] = after[best]


def _filled(network: Network, chip: OnChip, synapses: Numbers) -> OnChip:
    """Places synapses one after the other into the slots of their driver and neuron."""
    synapses = synapses[chip.driver[network.pre[synapses]] >= 0]
    neuron, source = network.post[synapses] - chip.first, network.pre[synapses]
    pair = neuron * DRIVERS + chip.driver[source]
    order = np.argsort(pair, kind="stable")
    starts = np.r_[True, np.diff(pair[order]) != 0]
    slot = np.arange(len(order)) - np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))
    fits = slot < 2 * chip.circuits
    order, slot = order[fits], slot[fits]
    slot = (slot + chip.driver[source[order]]) % (2 * chip.circuits)  # no circuit of a neuron has more to do than the others
    half, column = neuron[order] // chip.in_half, chip.columns()[neuron[order]] + slot % chip.circuits
    row = 2 * chip.driver[source[order]] + slot // chip.circuits
    chip.weights[half, row, column], chip.labels[half, row, column] = network.weight[synapses[order]], chip.label[source[order]]
    chip.synapse, chip.row, chip.column = synapses[order], COLUMNS * half + row, column
    return chip


def losses(network: Network, chips: list[OnChip]) -> dict[str, tuple[int, int]]:
    """Synapses that are wanted and that are lost, for all and by population of the target."""
    placed = np.zeros(len(network.pre), bool)
    for chip in chips:
        placed[chip.synapse] = True
    target = {"all": slice(0, network.neurons), **network.members()}
    mine = {name: (network.post >= one.start) & (network.post < one.stop) for name, one in target.items()}
    return {name: (int(some.sum()), int((some & ~placed).sum())) for name, some in mine.items()}
