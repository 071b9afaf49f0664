"""Nodes of the crossbar that a network needs open; all others drop everything.

Neurons pass to the buses with the number of their event output modulo four, and to the host if their population is recorded. Spikes from
outside pass to the bus with the number of their input on the hemisphere that their label says, those of background sources to their own
bus; both pass to the host if their label says that they are recorded. (facts: clients/grenade 3.2)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from grenade.network.network import Network
from grenade.network.populations import BackgroundSourcePopulation
from grenade.network.routing.chunks import BUSES, Chunk, Chunks, event_output
from grenade.network.routing.labels import BACKGROUND_RECORDED, BOTTOM, RECORDED, is_recorded
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
    network: Network.ExecutionInstance, routes: NDArray[np.bool_], chunks: Chunks, external: dict[int, list[list[SpikeLabel]]]
) -> dict[CrossbarNodeOnDLS, CrossbarNode]:
    """Nodes that let something through.

    `routes`: neuron event outputs x hemispheres with synapses of the event output; `external`: labels of sources from outside by
    population and source.
    """
    returning = _returning_inputs(network, external)
    nodes = [*_of_neurons(network, routes), *_of_outside(chunks.external, returning), *_of_background(network, chunks.background)]
    return {CrossbarNodeOnDLS(output, source): node for output, source, node in nodes}


def _to_host(output: int) -> CrossbarOutputOnDLS:
    return CrossbarL2OutputOnDLS(output).toCrossbarOutputOnDLS()


def _of_neurons(network: Network.ExecutionInstance, routes: NDArray[np.bool_]) -> Iterator[Node]:
    for output, hemisphere in np.argwhere(routes).tolist():
        bus = PADIBusOnDLS(output % BUSES, hemisphere)
        yield bus.toCrossbarOutputOnDLS(), NeuronEventOutputOnDLS(output).toCrossbarInputOnDLS(), CrossbarNode()
    recorded = [event_output(layout.circuit) for layout in network.layouts.values() if layout.leaving.any()]
    for output in {int(number) for numbers in recorded for number in np.unique(numbers)}:
        yield _to_host(output % BUSES), NeuronEventOutputOnDLS(output).toCrossbarInputOnDLS(), CrossbarNode()


def _used(chunks: list[Chunk]) -> set[int]:
    """Buses on which sources have synapses."""
    return {bus for chunk in chunks for bus, number in chunk.drivers.items() if number}


def _returning_inputs(network: Network.ExecutionInstance, external: dict[int, list[list[SpikeLabel]]]) -> set[int]:
    """Inputs from the FPGA at which recorded spikes arrive."""
    recorded = {(number, i) for number in external for i in range(len(external[number])) if is_recorded(network, (number, i))}
    return {int(label.spl1_address) for number, i in recorded for label in external[number][i]}


def _of_outside(chunks: list[Chunk], returning: set[int]) -> Iterator[Node]:
    for bus in _used(chunks):
        hemisphere, number = divmod(bus, BUSES)
        source = SPL1Address(number).toCrossbarInputOnDLS()
        yield PADIBusOnDLS(number, hemisphere).toCrossbarOutputOnDLS(), source, CrossbarNode(mask=BOTTOM, target=BOTTOM * hemisphere)
    for number in returning:
        yield _to_host(number), SPL1Address(number).toCrossbarInputOnDLS(), CrossbarNode(mask=RECORDED, target=RECORDED)


def _of_background(network: Network.ExecutionInstance, chunks: list[Chunk]) -> Iterator[Node]:
    for bus in _used(chunks):
        generator = BackgroundSpikeSourceOnDLS(bus)
        yield generator.toPADIBusOnDLS().toCrossbarOutputOnDLS(), generator.toCrossbarInputOnDLS(), CrossbarNode()
    for population in network.populations.values():
        if isinstance(population, BackgroundSourcePopulation) and any(neuron.enable_record_spikes for neuron in population.neurons):
            for hemisphere, number in population.coordinate.items():
                generator = BackgroundSpikeSourceOnDLS(BUSES * int(hemisphere) + int(number))
                back = generator.toCrossbarL2OutputOnDLS().toCrossbarOutputOnDLS()
                yield back, generator.toCrossbarInputOnDLS(), CrossbarNode(mask=BACKGROUND_RECORDED, target=BACKGROUND_RECORDED)
