"""Sources on PADI buses, in chunks of up to 64: their events share the drivers' part of the label and differ in the synapses' part.

Spikes of neurons reach the bus with the number of their event output modulo four, on each hemisphere that has a synapse of that event
output; background sources have a bus of their own; spikes from outside go where drivers are left. (facts: clients/grenade 3.2)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grenade.errors import UnsuccessfulRouting
from grenade.network.layout import HEMISPHERE
from grenade.network.network import Network
from grenade.network.populations import BackgroundSourcePopulation, ExternalSourcePopulation, SpikeIOSourcePopulation
from grenade.network.routing.synapses import CIRCUITS, Indices, Synapses
from halco import HemisphereOnDLS, PADIBusOnPADIBusBlock

BUSES = 4
"""Per hemisphere. A bus on the chip is numbered 4 * hemisphere + bus, as `PADIBusOnDLS`."""
DRIVERS = 32
"""Per bus."""
LABELS = 64
"""Of synapses."""
ROW_SELECT_LABELS = 32
OUTPUT = 32
"""Columns of a neuron event output."""
NEURONS = -1
"""In place of a population: sources are `AtomicNeuronOnDLS` numbers."""

Source = tuple[int, int]
"""(population, neuron)"""
Demand = NDArray[np.int64]
"""Number of synapses: sources x receptors (excitatory, inhibitory) x circuits."""


@dataclass
class Chunk:
    """Sources in order of their synapse labels, and how many drivers they need on each bus (`PADIBusOnDLS` number) that they are on.

    `labels`: row select labels to choose from. Chunks of one `group` take labels of equal position in their lists.
    """

    sources: list[Source]
    drivers: dict[int, int]
    labels: list[int] = field(default_factory=lambda: [*range(ROW_SELECT_LABELS)])
    group: int | None = None


def event_output(circuits: Indices) -> Indices:
    """Numbers of the `NeuronEventOutputOnDLS` of `AtomicNeuronOnDLS` numbers."""
    return circuits % HEMISPHERE // OUTPUT


def rows(demand: Demand) -> Indices:
    """Rows that sources need together: receptors x hemispheres."""
    together = demand.reshape(-1, 2, 2, HEMISPHERE).sum(axis=0)
    return np.asarray(together.max(axis=-1))


def drivers(demand: Demand) -> list[int]:
    """Drivers that sources need together, by hemisphere. A driver has two rows."""
    return [int(number) for number in -(-rows(demand).sum(axis=0) // 2)]


def demand_of(synapses: Synapses, chosen: NDArray[np.bool_], number: Indices, count: int) -> Demand:
    """Demand of `count` sources, which are numbered by `number`, at the chosen synapses."""
    at = (number * 2 + synapses.inhibitory[chosen]) * CIRCUITS + synapses.circuit[chosen]
    return np.bincount(at, minlength=count * 2 * CIRCUITS).reshape(count, 2, CIRCUITS)


@dataclass
class Chunks:
    """All chunks by kind of source, in the order in which they are given labels."""

    internal: list[Chunk]
    background: list[Chunk]
    external: list[Chunk]

    def __iter__(self) -> Iterator[Chunk]:
        return itertools.chain(self.internal, self.background, self.external)


def partition(network: Network.ExecutionInstance, synapses: Synapses) -> Chunks:
    """All chunks. UnsuccessfulRouting if they need more drivers than there are."""
    chunks = Chunks(_internal(network, synapses), _background(network, synapses), [])
    used = np.zeros(2 * BUSES, np.int64)
    for chunk in chunks:
        for bus, number in chunk.drivers.items():
            used[bus] += number
    for bus in np.flatnonzero(used > DRIVERS).tolist():
        name, needed = f"PADI bus {bus % BUSES} of the {_hemisphere(bus // BUSES)} hemisphere", int(used[bus])
        whose = populations(network, [source for chunk in chunks if bus in chunk.drivers for source in chunk.sources])
        text = (
            f"neurons and background sources on {name} ({told(whose)}) need {needed} synapse drivers, it has {DRIVERS}: "
            "place some elsewhere"
        )
        raise UnsuccessfulRouting(text, "synapse drivers of a PADI bus", needed, DRIVERS, population=whose)
    sources, demand = _external(network, synapses)
    for hemisphere in range(2):
        chunks.external += _distribute(network, sources, demand, hemisphere, DRIVERS - used)
    return chunks


def populations(network: Network.ExecutionInstance, sources: list[Source]) -> tuple[int, ...]:
    """Which populations some sources belong to."""
    circuits = [neuron for population, neuron in sources if population == NEURONS]
    found = {population for population, _ in sources} - {NEURONS}
    found |= {number for number, layout in network.layouts.items() if np.isin(layout.circuit, circuits).any()}
    return tuple(sorted(found))


def told(numbers: tuple[int, ...]) -> str:
    """Populations in words."""
    return f"population{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _hemisphere(number: int) -> str:
    return ("top", "bottom")[number]


def routes(network: Network.ExecutionInstance, synapses: Synapses) -> NDArray[np.bool_]:
    """Neuron event outputs x hemispheres: whether spikes of neurons have to pass the crossbar."""
    internal = _from(network, synapses, layouts=True)
    found = np.zeros((8, 2), np.bool_)
    found[event_output(synapses.source[internal]), synapses.hemisphere[internal]] = True
    return found


def _from(network: Network.ExecutionInstance, synapses: Synapses, layouts: bool) -> NDArray[np.bool_]:
    """Synapses whose sources are neurons on the chip (or all others)."""
    return np.asarray(np.isin(synapses.population, [*network.layouts]) == layouts)


def _internal(network: Network.ExecutionInstance, synapses: Synapses) -> list[Chunk]:
    """One chunk per event output that some synapse needs: 32 columns of two rows are no more than 64 neurons.

    Recorded neurons of such an event output are in it as well, as nothing keeps their spikes from the bus.
    """
    chosen = _from(network, synapses, layouts=True)
    demand = demand_of(synapses, chosen, synapses.source[chosen], CIRCUITS)
    passing = routes(network, synapses)
    order = _on_buses(network, synapses, chosen, passing)
    chunks = []
    for bus, block in itertools.product(range(BUSES), range(2)):
        output = BUSES * block + bus
        if passing[output].any():
            sources = order[event_output(order) == output]
            needed = drivers(demand[sources])
            on = {BUSES * hemisphere + bus: needed[hemisphere] for hemisphere in range(2) if passing[output, hemisphere]}
            labels = [output << 2 | free for free in range(4)]
            chunks.append(Chunk([(NEURONS, int(circuit)) for circuit in sources], on, labels))
    return chunks


def _on_buses(network: Network.ExecutionInstance, synapses: Synapses, chosen: NDArray[np.bool_], passing: NDArray[np.bool_]) -> Indices:
    """Neurons whose spikes reach a bus: bus by bus the sources of its synapses, then those that are only recorded; each once."""
    senders = [layout.circuit[layout.master[layout.leaving]] for layout in network.layouts.values()]
    recorded = np.unique(np.concatenate([np.empty(0, np.int64), *senders]))
    order: list[Indices] = []
    for hemisphere, bus in itertools.product(range(2), range(BUSES)):
        here = synapses.source[chosen & (synapses.hemisphere == hemisphere)]
        order.append(np.unique(here[event_output(here) % BUSES == bus]))
        outputs = event_output(recorded)
        order.append(recorded[(outputs % BUSES == bus) & passing[outputs, hemisphere]])
    return np.array([*dict.fromkeys(np.concatenate(order).tolist())], np.int64)


def _background(network: Network.ExecutionInstance, synapses: Synapses) -> list[Chunk]:
    """All sources of background populations, bus by bus: no filter keeps them from it."""
    chunks: list[Chunk] = []
    for hemisphere, bus in itertools.product(range(2), range(BUSES)):
        place = (HemisphereOnDLS(hemisphere), PADIBusOnPADIBusBlock(bus))
        for number, population in network.populations.items():
            if isinstance(population, BackgroundSourcePopulation) and place in population.coordinate.items():
                chosen = (synapses.population == int(number)) & (synapses.hemisphere == hemisphere)
                demand = demand_of(synapses, chosen, synapses.source[chosen], len(population.neurons))
                chunks += _of_generator(int(number), demand, hemisphere, bus, len(chunks))
    return chunks


def _of_generator(population: int, demand: Demand, hemisphere: int, bus: int, group: int) -> list[Chunk]:
    """Chunks of one generator. It draws bits of the label, so several chunks have labels that differ in their lowest bits alone."""
    starts = range(0, len(demand), LABELS)
    permutations = [*itertools.permutations(range(len(starts)))]
    blocks = range(0, ROW_SELECT_LABELS, len(starts))
    return [
        Chunk(
            [(population, neuron) for neuron in range(start, min(start + LABELS, len(demand)))],
            {BUSES * hemisphere + bus: drivers(demand[start : start + LABELS])[hemisphere]},
            [block + permutation[i] for block in blocks for permutation in permutations],
            group if len(starts) > 1 else None,
        )
        for i, start in enumerate(starts)
    ]


def _external(network: Network.ExecutionInstance, synapses: Synapses) -> tuple[list[Source], Demand]:
    """Sources from outside the chip that are connected or recorded, in order, and their demand."""
    outside = [int(n) for n, one in network.populations.items() if isinstance(one, ExternalSourcePopulation | SpikeIOSourcePopulation)]
    chosen = np.isin(synapses.population, outside)
    connected = np.unique(synapses.population[chosen] << 32 | synapses.source[chosen])
    recorded = [
        (number, i)
        for number in outside
        for i, neuron in enumerate([*network.populations.values()][number].neurons)
        if getattr(neuron, "enable_record_spikes", False)
    ]
    sources = sorted({*((key >> 32, key & 0xFFFFFFFF) for key in connected.tolist()), *recorded})
    keys = np.array([population << 32 | neuron for population, neuron in sources], np.int64)
    number = np.searchsorted(keys, synapses.population[chosen] << 32 | synapses.source[chosen])
    return sources, demand_of(synapses, chosen, number, len(sources))


def _distribute(network: Network.ExecutionInstance, sources: list[Source], demand: Demand, hemisphere: int, free: Indices) -> list[Chunk]:
    """Fills the drivers that are left on the buses of a hemisphere one after the other.

    Sources without synapses, which are recorded, are on the top hemisphere without drivers.
    """
    on_top = ~demand.any(axis=(1, 2))
    here = demand[..., hemisphere * HEMISPHERE : (hemisphere + 1) * HEMISPHERE]
    wanted = here.any(axis=(1, 2)) | (on_top & (hemisphere == 0))
    todo = np.flatnonzero(wanted).tolist()
    chunks: list[Chunk] = []
    for bus in range(BUSES):
        left = int(free[BUSES * hemisphere + bus])
        while todo:
            number, needed = _fitting(here[todo[:LABELS]], left)
            if number:
                chunks.append(Chunk([sources[i] for i in todo[:number]], {BUSES * hemisphere + bus: needed}))
                del todo[:number]
                left -= needed
            if number < LABELS:
                break
    if todo:
        place, number, left = _hemisphere(hemisphere), int(wanted.sum()), int(free[BUSES * hemisphere :][:BUSES].sum())
        whose = populations(network, [sources[i] for i in todo])
        text = (
            f"{len(todo)} of {number} sources from outside the chip ({told(whose)}) find no place on the {place} hemisphere: "
            f"its four PADI buses have {left} synapse drivers left for them, of two rows each"
        )
        raise UnsuccessfulRouting(text, f"sources on the {place} hemisphere", number, number - len(todo), population=whose)
    return chunks


def _fitting(demand: Demand, left: int) -> tuple[int, int]:
    """How many sources, from the first, get along with the drivers that are left, and how many drivers these need."""
    together = np.cumsum(demand, axis=0).max(axis=-1).sum(axis=-1)
    needed = -(-together // 2)
    number = int(np.searchsorted(needed, left, side="right"))
    return number, int(needed[number - 1]) if number else 0
