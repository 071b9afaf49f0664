"""Nodes of the crossbar that a network needs open; all others drop everything.

Neurons pass to the buses with the number of their event output modulo four, and to the host if their population is recorded. Spikes from
outside pass to the bus with the number of their input on the hemisphere that their label says, those of background sources to their own
bus; both pass to the host if their label says that they are recorded. (facts: clients/grenade 3.2)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from grenade.network.network import Network
from grenade.network.routing.chunks import BUSES, Chunk, Chunks, event_output
from grenade.network.routing.labels import BACKGROUND_RECORDED, BOTTOM, RECORDED
from halco import (
    BackgroundSpikeSourceOnDLS,
    CrossbarInputOnDLS,
    CrossbarL2OutputOnDLS,
    CrossbarNodeOnDLS,
    CrossbarOutputOnDLS,
    NeuronEventOutputOnDLS,
    PADIBusOnDLS,
    SpikeLabel,
    SPL1Address,
)  # fmt: skip
from haldls.routing import CrossbarNode

Node = tuple[CrossbarOutputOnDLS, CrossbarInputOnDLS, CrossbarNode]


def open_nodes(
    network: Network.ExecutionInstance,
    routes: NDArray[np.bool_],
    chunks: Chunks,
    external: Iterable[SpikeLabel],
    background: Iterable[tuple[int, SpikeLabel]],
) -> dict[CrossbarNodeOnDLS, CrossbarNode]:
    """Nodes that let something through.

    `routes`: neuron event outputs x hemispheres with synapses of the event output; `external`: all labels of sources from outside;
    `background`: hemispheres and labels of all background sources.
    """
    nodes = [*_of_neurons(network, routes), *_of_outside(chunks.external, external), *_of_background(chunks.background, background)]
    return {CrossbarNodeOnDLS(output, source): node for output, source, node in nodes}


def _to_host(output: int) -> CrossbarOutputOnDLS:
    return CrossbarL2OutputOnDLS(output).toCrossbarOutputOnDLS()


def _of_neurons(network: Network.ExecutionInstance, routes: NDArray[np.bool_]) -> Iterator[Node]:
    for output, hemisphere in np.argwhere(routes).tolist():
        bus = PADIBusOnDLS(output % BUSES, hemisphere)
        yield bus.toCrossbarOutputOnDLS(), NeuronEventOutputOnDLS(output).toCrossbarInputOnDLS(), CrossbarNode()
    recorded = [event_output(layout.circuit) for layout in network.layouts.values() if layout.recorded.any()]
    for output in {int(number) for numbers in recorded for number in np.unique(numbers)}:
        yield _to_host(output % BUSES), NeuronEventOutputOnDLS(output).toCrossbarInputOnDLS(), CrossbarNode()


def _used(chunks: list[Chunk]) -> set[int]:
    """Buses on which sources have synapses."""
    return {bus for chunk in chunks for bus, number in chunk.drivers.items() if number}


def _of_outside(chunks: list[Chunk], labels: Iterable[SpikeLabel]) -> Iterator[Node]:
    for bus in _used(chunks):
        hemisphere, number = divmod(bus, BUSES)
        source = SPL1Address(number).toCrossbarInputOnDLS()
        yield PADIBusOnDLS(number, hemisphere).toCrossbarOutputOnDLS(), source, CrossbarNode(mask=BOTTOM, target=BOTTOM * hemisphere)
    for number in {int(label.spl1_address) for label in labels if int(label) & RECORDED}:
        yield _to_host(number), SPL1Address(number).toCrossbarInputOnDLS(), CrossbarNode(mask=RECORDED, target=RECORDED)


def _of_background(chunks: list[Chunk], labels: Iterable[tuple[int, SpikeLabel]]) -> Iterator[Node]:
    for bus in _used(chunks):
        generator = BackgroundSpikeSourceOnDLS(bus)
        yield generator.toPADIBusOnDLS().toCrossbarOutputOnDLS(), generator.toCrossbarInputOnDLS(), CrossbarNode()
    for bus in {BUSES * hemisphere + int(label.spl1_address) for hemisphere, label in labels if int(label) & BACKGROUND_RECORDED}:
        generator = BackgroundSpikeSourceOnDLS(bus)
        back = generator.toCrossbarL2OutputOnDLS().toCrossbarOutputOnDLS()
        yield back, generator.toCrossbarInputOnDLS(), CrossbarNode(mask=BACKGROUND_RECORDED, target=BACKGROUND_RECORDED)
