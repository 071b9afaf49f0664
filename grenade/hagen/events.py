"""Activations as events: labels, and instructions that send them for whole batches at once. (facts: clients/hxtorch_jaxsnn 2.4)

A row's driver is reached by the bus and the row select address in the label; the synapse label holds the activation, inverted: a large
activation is a long pulse.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from fisch import encode_to_fpga, ut
from grenade.hagen.limits import ACTIVATION_MAX, ROWS
from grenade.hagen.partition import HEMISPHERES
from halco import (
    NeuronLabel,
    PADIRowSelectAddress,
    SpikeLabel,
    SPL1Address,
    SynapseDriverOnSynapseDriverBlock,
)

HEMISPHERE_BIT = 13
"""Bit of the neuron label that says which hemisphere an event is for."""
_HEADERS = {message.name: message.header for message in ut.TO_FPGA}
_WAIT, _PACK_1, _PACK_2 = (np.uint8(_HEADERS[name]) for name in ("WaitUntil", "SpikePack1", "SpikePack2"))

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]


@cache
def _driver_labels() -> NDArray[np.uint16]:
    """Labels [hemisphere, row] without an activation."""
    found = np.zeros((HEMISPHERES, ROWS), np.uint16)
    for hemisphere, row in np.ndindex(found.shape):
        driver, label = SynapseDriverOnSynapseDriverBlock(row), SpikeLabel()
        label.neuron_label = NeuronLabel(hemisphere << HEMISPHERE_BIT)
        label.spl1_address = SPL1Address(int(driver.toPADIBusOnPADIBusBlock()))
        label.row_select_address = PADIRowSelectAddress(int(driver.toSynapseDriverOnPADIBus()))
        found[hemisphere, row] = int(label)
    return found


def labels(activations: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Labels [entry, hemisphere, row] of activations 0 to 31 of the same shape; those of activation 0 mean nothing."""
    return _driver_labels() | (ACTIVATION_MAX + 1 - activations).astype(np.uint16)


class Sending:
    """How the events of a batch are sent: which of each hemisphere, in how many instructions.

    activations   uint8[entry, hemisphere, row], 0 where nothing is sent
    events        int64[entry]: instructions that send events, at equal distances; both hemispheres end with the last one
    """

    def __init__(self, activations: NDArray[np.uint8], sends: int) -> None:
        self._counts = np.count_nonzero(activations, axis=2)
        self._sends = sends
        self._labels = [labels(activations)[:, side][activations[:, side] > 0].astype(np.uint64) for side in range(HEMISPHERES)]
        self.events: Numbers = self._counts.max(axis=1) * sends

    def packs(self, entries: slice) -> Words:
        """The instructions of some entries one after the other, without waits."""
        events = self.events[entries]
        entry = np.repeat(np.arange(len(events)), events)
        before_last = np.repeat(np.cumsum(events), events) - 1 - np.arange(len(entry))  # events of the entry that are yet to come
        found = [self._of_hemisphere(side, entries, entry, before_last) for side in range(HEMISPHERES)]
        both = found[0][1] & found[1][1]
        payloads = np.where(both, found[0][0] << np.uint64(16) | found[1][0], np.where(found[0][1], found[0][0], found[1][0]))
        return encode_to_fpga(np.where(both, _PACK_2, _PACK_1), payloads)

    def _of_hemisphere(self, side: int, entries: slice, entry: Numbers, before_last: Numbers) -> tuple[Words, NDArray[np.bool_]]:
        """The label that each instruction sends to a hemisphere, and whether it sends one."""
        counts, sent = self._counts[entries, side], self._labels[side]
        if not len(sent):
            return np.zeros(len(entry), np.uint64), np.zeros(len(entry), np.bool_)
        first = np.cumsum(self._counts[:, side])[entries] - counts
        number = first[entry] + before_last % np.maximum(counts, 1)[entry]
        return sent[np.minimum(number, len(sent) - 1)], before_last < (counts * self._sends)[entry]


def waits(times: Numbers) -> Words:
    """Instructions that wait for the timer."""
    return encode_to_fpga(np.full(len(times), _WAIT), times.astype(np.uint64))


__all__ = ["HEMISPHERE_BIT", "Sending", "labels", "waits"]
