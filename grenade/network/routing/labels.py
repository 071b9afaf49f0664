"""Labels of spikes.

A label's row select part comes from the chunk, its synapse part is the source's place in it. The bits above say where a spike may go:
neurons have their event output there; spikes from outside bit 13 for the hemisphere (0 top) and bit 12 if they are recorded; background
sources bit 13 for the top hemisphere and bit 11 if they are recorded. (facts: clients/grenade 3.2)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grenade.network.layout import HEMISPHERE
from grenade.network.network import Network
from grenade.network.populations import BackgroundSourcePopulation, ExternalSourcePopulation, SpikeIOSourcePopulation
from grenade.network.routing.chunks import BUSES, OUTPUT, Chunks, Source, event_output
from grenade.network.routing.drivers import Allocation
from grenade.network.routing.synapses import CIRCUITS
from halco import (
    HemisphereOnDLS,
    SpikeLabel,
)  # fmt: skip

BOTTOM = 1 << 13
RECORDED = 1 << 12
BACKGROUND_TOP = 1 << 13
BACKGROUND_RECORDED = 1 << 11
ADDRESSES = 256
"""Of a neuron's backend."""


def _label(bus: int, upper: int, row_select: int, synapse: int) -> SpikeLabel:
    """The label of a spike at an input of the crossbar from outside, or from the background sources of a bus."""
    return SpikeLabel(bus % BUSES << 14 | upper | row_select << 6 | synapse)


def neuron_addresses(network: Network.ExecutionInstance, chunks: Chunks, allocations: list[Allocation]) -> NDArray[np.int16]:
    """Addresses of the neurons' backends by `AtomicNeuronOnDLS`; -1: sends nothing.

    Neurons that are only recorded and reach no bus get the lowest address that is free on their event output.
    """
    addresses = np.full(CIRCUITS, -1, np.int16)
    for chunk, allocation in zip(chunks.internal, allocations, strict=False):
        for synapse, (_, circuit) in enumerate(chunk.sources):
            addresses[circuit] = (allocation.label << 6 | synapse) % ADDRESSES
    for layout in network.layouts.values():
        for circuit in layout.circuit[layout.master[layout.leaving]].tolist():
            if addresses[circuit] < 0:
                addresses[circuit] = _free_address(addresses, circuit)
    return addresses


def _free_address(addresses: NDArray[np.int16], circuit: int) -> int:
    circuits = np.arange(CIRCUITS)
    used = addresses[event_output(circuits) == event_output(np.array([circuit]))]
    return int(np.setdiff1d(np.arange(ADDRESSES), used)[0])


def label_of_neuron(circuit: int, address: int) -> SpikeLabel:
    """The label under which the spike of an `AtomicNeuronOnDLS` number arrives at the host."""
    output = circuit % HEMISPHERE // OUTPUT
    return SpikeLabel(output % BUSES << 14 | output << 8 | address)


def is_recorded(network: Network.ExecutionInstance, source: Source) -> bool:
    """Whether the spikes of a source outside of the neuron array are recorded."""
    population = [*network.populations.values()][source[0]]
    return bool(getattr(population.neurons[source[1]], "enable_record_spikes", False))


def background_labels(
    network: Network.ExecutionInstance, chunks: Chunks, allocations: list[Allocation]
) -> dict[int, dict[HemisphereOnDLS, list[SpikeLabel]]]:
    """Labels of background sources by population and hemisphere. Those on both hemispheres are recorded from the top one."""
    labels: dict[int, dict[HemisphereOnDLS, list[SpikeLabel]]] = {}
    for chunk, allocation in zip(chunks.background, allocations[len(chunks.internal) :], strict=False):
        (bus,) = chunk.drivers
        hemisphere = bus // BUSES
        for synapse, source in enumerate(chunk.sources):
            population = [*network.populations.values()][source[0]]
            assert isinstance(population, BackgroundSourcePopulation)
            recorded = is_recorded(network, source) and (len(population.coordinate) == 1 or hemisphere == 0)
            upper = BACKGROUND_RECORDED * recorded | BACKGROUND_TOP * (hemisphere == 0)
            of_population = labels.setdefault(source[0], {})
            of_population.setdefault(HemisphereOnDLS(hemisphere), []).append(_label(bus, upper, allocation.label, synapse))
    return labels


def external_labels(network: Network.ExecutionInstance, chunks: Chunks, allocations: list[Allocation]) -> dict[int, list[list[SpikeLabel]]]:
    """Labels of sources from outside, bus by bus. Those on both hemispheres are recorded from the top one."""
    outside = (ExternalSourcePopulation, SpikeIOSourcePopulation)
    populations = {int(number): one for number, one in network.populations.items() if isinstance(one, outside)}
    labels: dict[int, list[list[SpikeLabel]]] = {number: [[] for _ in one.neurons] for number, one in populations.items()}
    first = len(chunks.internal) + len(chunks.background)
    for chunk, allocation in zip(chunks.external, allocations[first:], strict=True):
        (bus,) = chunk.drivers
        for synapse, source in enumerate(chunk.sources):
            of_source = labels[source[0]][source[1]]
            recorded = is_recorded(network, source) and not of_source
            of_source.append(_label(bus, RECORDED * recorded | BOTTOM * (bus // BUSES), allocation.label, synapse))
    return labels
